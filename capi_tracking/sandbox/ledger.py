"""What arrived: every hit of both channels, paired as Meta pairs them, and every refusal."""

import threading
from collections import Counter, deque
from itertools import count

from .copies import purchase_in_store, visitor_of
from .pairing import Copy, Pairing, Place
from .refusals import Refusal

MAX_EVENTS = 20_000
MAX_BYTES = 64 * 1024 * 1024  # of JSON as it came; as objects it is some times that
MAX_REFUSALS = 1_000

Record = dict[str, object]


class Ledger:
    """Bounded and thread-safe: the oldest hits are forgotten first.

    ``repeats_count``: whether Meta counts a further copy on the same channel. Its papers describe the two channels only;
    one note says that resent events are dropped, so that is the default.
    """

    def __init__(self, *, repeats_count: bool = False) -> None:
        self.repeats_count = repeats_count
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, the counters too."""
        with self._lock:
            self._events: deque[tuple[Record, Place, int]] = deque()
            self._bytes = 0
            self._refusals: deque[Record] = deque(maxlen=MAX_REFUSALS)
            self._pairing = Pairing(MAX_EVENTS)
            self._numbers = count(1)
            self._requests: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """One more request (or connection) of that kind."""
        with self._lock:
            self._requests[what] += 1

    def add(
        self, channel: str, pixel: str, name: str, event_id: str, at: float, *, size: int = 0, **details: object
    ) -> None:
        """Keep one hit, which came in ``size`` bytes. ``duplicate`` is true for every further copy of an event."""
        visitor, in_store = visitor_of(channel, details), purchase_in_store(details)
        copy = Copy(channel, pixel, name, event_id, at, visitor, in_store)
        with self._lock:
            place = self._pairing.take(copy)
            record = {"number": next(self._numbers), "channel": channel, "pixel": pixel, "event_name": name}
            record |= {"event_id": event_id, "received_at": at, "first_received_at": place.group.first.at}
            record |= {"group": place.group.number, "duplicate": place.group.copies.total() > 1}
            self._keep(record | details, place, size)

    def _keep(self, record: Record, place: Place, size: int) -> None:
        self._events.append((record, place, size))
        self._bytes += size
        while len(self._events) > MAX_EVENTS or (self._bytes > MAX_BYTES and len(self._events) > 1):
            self._bytes -= self._events.popleft()[2]

    def refuse(self, refusal: Refusal, at: float, **details: object) -> None:
        """Keep one refusal: codes, our reason, never what was sent."""
        record: Record = {
            "received_at": at,
            "code": refusal.code,
            "subcode": refusal.subcode,
            "reason": refusal.reason,
        }
        with self._lock:
            self._refusals.append(record | details)

    def refuse_hit(self, reason: str, at: float, pixel: str, **details: object) -> None:
        """Keep one request that got no answer of Graph's: a hit thrown away, or what a switch did."""
        record: Record = {"received_at": at, "code": None, "subcode": None, "reason": reason, "pixel": pixel}
        with self._lock:
            self._refusals.append(record | details)

    @property
    def events(self) -> list[Record]:
        """All hits that were taken, oldest first, as copies: ``counted`` says if Meta keeps it, ``why`` why not."""
        with self._lock:
            return [record | self._fate(record, place) for record, place, _ in self._events]

    def _fate(self, record: Record, place: Place) -> Record:
        counted = place.counts(repeats=self.repeats_count, channel=str(record["channel"]))
        return {"counted": counted, "why": "" if counted else place.reason or place.group.reason}

    @property
    def refusals(self) -> list[Record]:
        """All refusals, oldest first, as copies."""
        with self._lock:
            return [dict(refusal) for refusal in self._refusals]

    @property
    def requests(self) -> dict[str, int]:
        """How many requests of each kind came in: graph (events), reading, pixel, script; and connections."""
        with self._lock:
            return {"graph": 0, "reading": 0, "pixel": 0, "script": 0, "connections": 0} | self._requests

    def groups(self) -> list[Record]:
        """What Meta takes for one event each, oldest first.

        ``browser`` and ``server`` copies, the channel that is ``kept``, how many are ``dropped`` and for what
        ``reason`` (event_id, fbp, external_id, in store; or "outside the window" where an earlier copy was too old to
        join), and how many events are ``counted``.
        """
        with self._lock:
            return [group.as_record(repeats=self.repeats_count) for group in self._pairing.groups]

    def counted(self) -> int:
        """How many events Meta would count in the end."""
        with self._lock:
            return sum(group.counted(repeats=self.repeats_count) for group in self._pairing.groups)

    def pairs(self) -> list[Record]:
        """Events that arrived on both channels, whatever joined the copies."""
        return [group for group in self.groups() if group["server"] and group["browser"]]

    def unpaired(self) -> list[Record]:
        """Events that arrived on one channel alone; each hit without an id stands for itself."""
        return [group for group in self.groups() if not (group["server"] and group["browser"])]
