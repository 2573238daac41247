"""Which hits are one event to Meta, and which of them counts. It knows no clock and no lock.

Meta's rules: one pixel, event name and event id within 48 hours are one event; the first copy is kept, but the browser's
if both come within five minutes. A server copy without an id of its own browser copy falls back to the visitor: it is
dropped if a browser event of that name with the same fbp or external_id came in the 48 hours before. The fallback never
drops a browser copy, nor the copy of a browser event that comes later. What happens in a store is compared with what
happens in stores alone.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from itertools import count

WINDOW_SECONDS = 48 * 3600
STORE_WINDOW_SECONDS = 7 * 24 * 3600
CLOSE_SECONDS = 5 * 60

LATE = "outside the window"
IN_STORE = "in store"

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One hit, reduced to what pairs it. ``visitor``: its fbp and external ids, each with its name."""

    channel: str
    pixel: str
    event_name: str
    event_id: str
    at: float
    visitor: tuple[tuple[str, str], ...] = ()
    purchase_in_store: Key | None = None

    @property
    def key(self) -> Key | None:
        """What its other copies have too; None if it carries nothing of the kind."""
        if self.purchase_in_store is not None:
            return (IN_STORE, self.pixel, self.event_name, *self.purchase_in_store)
        return ("event_id", self.pixel, self.event_name, self.event_id) if self.event_id else None

    @property
    def window(self) -> float:
        return WINDOW_SECONDS if self.purchase_in_store is None else STORE_WINDOW_SECONDS


@dataclass(slots=True, eq=False)
class Group:
    """All copies of what Meta takes for one event. ``is_late``: there was one before, whose window had closed."""

    number: int
    first: Copy
    is_late: bool = False
    reason: str = ""
    copies: Counter[str] = field(default_factory=Counter)
    firsts: dict[str, float] = field(default_factory=dict)

    def take(self, copy: Copy, reason: str) -> int:
        """One more copy. Returns how many there were of its channel."""
        self.reason = self.reason or reason
        self.firsts.setdefault(copy.channel, copy.at)
        self.copies[copy.channel] += 1
        return self.copies[copy.channel] - 1

    @property
    def kept(self) -> str:
        """The channel whose copy Meta keeps."""
        browser, server = self.firsts.get("browser"), self.firsts.get("server")
        if browser is None or server is None:
            return "server" if browser is None else "browser"
        return "browser" if browser - server <= CLOSE_SECONDS else "server"

    def counted(self, *, repeats: bool) -> int:
        """How many events Meta makes of it: one, or every copy of the kept channel if ``repeats`` count."""
        return self.copies[self.kept] if repeats else 1

    def as_record(self, *, repeats: bool) -> dict[str, object]:
        """What the listings show."""
        total, counted = self.copies.total(), self.counted(repeats=repeats)
        reason = self.reason or (LATE if self.is_late else "")
        return {
            "number": self.number,
            "pixel": self.first.pixel,
            "event_name": self.first.event_name,
            "event_id": self.first.event_id,
            "first_received_at": self.first.at,
            **{channel: self.copies[channel] for channel in ("browser", "server")},
            "kept": self.kept,
            "dropped": total - counted,
            "counted": counted,
            "reason": reason,
            "late": self.is_late,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where one copy ended up. ``rank``: how many of its channel came before it; ``reason``: what joined it."""

    group: Group
    rank: int
    reason: str

    def counts(self, *, repeats: bool, channel: str) -> bool:
        """Whether this very copy is what Meta keeps."""
        return channel == self.group.kept and (repeats or self.rank == 0)


class Pairing:
    """Bounded: beyond ``limit`` groups the oldest is forgotten, and its copies stand alone from then on."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._numbers = count(1)
        self._groups: OrderedDict[int, Group] = OrderedDict()
        self._open: OrderedDict[Key, Group] = OrderedDict()
        self._visitors: OrderedDict[Key, tuple[float, Group]] = OrderedDict()

    @property
    def groups(self) -> list[Group]:
        """All groups, oldest first."""
        return list(self._groups.values())

    def take(self, copy: Copy) -> Place:
        """Put the copy where Meta would."""
        group, reason = self._find(copy)
        if copy.key is not None and reason not in ("fbp", "external_id"):
            self._remember(self._open, copy.key, group)
        if copy.channel == "browser":
            for visitor in copy.visitor:
                self._remember(self._visitors, _visitor_key(copy, visitor, bool(copy.event_id)), (copy.at, group))
        return Place(group, group.take(copy, reason), reason)

    def _find(self, copy: Copy) -> tuple[Group, str]:
        known = self._open.get(copy.key) if copy.key is not None else None
        if known and copy.key is not None and copy.at - known.first.at <= copy.window:
            return known, str(copy.key[0])
        if copy.channel == "server" and copy.purchase_in_store is None:
            for visitor in copy.visitor:
                if found := self._browser_event(copy, visitor):
                    return found, visitor[0]
        return self._begin(copy, is_late=known is not None), ""

    def _browser_event(self, copy: Copy, visitor: tuple[str, str]) -> Group | None:
        """The visitor's browser event of that name. Two copies with ids of their own are two events: Meta's papers
        call the visitor a fallback and do not say what happens to ids that differ."""
        for has_id in (False,) if copy.event_id else (False, True):
            seen_at, group = self._visitors.get(_visitor_key(copy, visitor, has_id), (0.0, None))
            if group and copy.at - seen_at <= WINDOW_SECONDS:
                return group
        return None

    def _begin(self, copy: Copy, *, is_late: bool) -> Group:
        group = Group(next(self._numbers), copy, is_late)
        self._remember(self._groups, group.number, group)
        return group

    def _remember(self, where: OrderedDict, key: object, what: object) -> None:  # type: ignore[type-arg]
        where[key] = what
        where.move_to_end(key)
        if len(where) > self._limit:
            where.popitem(last=False)


def _visitor_key(copy: Copy, visitor: tuple[str, str], has_id: bool) -> Key:
    return (copy.pixel, copy.event_name, *visitor, has_id)
