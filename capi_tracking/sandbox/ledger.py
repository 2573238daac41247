"""What arrived: every hit of both channels, paired as Meta pairs them, and every refusal."""

import threading
from collections import Counter, OrderedDict, deque
from itertools import count

from .refusals import Refusal

PAIR_WINDOW_SECONDS = 48 * 3600
MAX_EVENTS = 20_000
MAX_REFUSALS = 1_000

Record = dict[str, object]


class Ledger:
    """Bounded and thread-safe. The key of a pair is pixel, event name and event id, for 48 hours from the first hit."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, the counters too."""
        with self._lock:
            self._events: deque[Record] = deque(maxlen=MAX_EVENTS)
            self._refusals: deque[Record] = deque(maxlen=MAX_REFUSALS)
            self._first: OrderedDict[tuple[str, str, str], float] = OrderedDict()
            self._numbers = count(1)
            self._requests: Counter[str] = Counter()

    def count(self, what: str) -> None:
        """One more request (or connection) of that kind."""
        with self._lock:
            self._requests[what] += 1

    def add(self, channel: str, pixel: str, name: str, event_id: str, at: float, **details: object) -> None:
        """Keep one hit. ``duplicate`` is true for every further copy of a key within its window, whatever the channel."""
        with self._lock:
            first = self._open_window((pixel, name, event_id), at)
            record = {"number": next(self._numbers), "channel": channel, "pixel": pixel, "event_name": name}
            record |= {"event_id": event_id, "received_at": at, "first_received_at": first[0], "duplicate": first[1]}
            self._events.append(record | details)

    def _open_window(self, key: tuple[str, str, str], at: float) -> tuple[float, bool]:
        first = self._first.get(key) if key[2] else None
        if first is not None and at - first <= PAIR_WINDOW_SECONDS:
            return first, True
        self._first[key] = at
        self._first.move_to_end(key)
        if len(self._first) > MAX_EVENTS:
            self._first.popitem(last=False)
        return at, False

    def refuse(self, refusal: Refusal, at: float, **details: object) -> None:
        """Keep one refusal: codes, our reason, never what was sent."""
        with self._lock:
            record: Record = {
                "received_at": at,
                "code": refusal.code,
                "subcode": refusal.subcode,
                "reason": refusal.reason,
            }
            self._refusals.append(record | details)

    def refuse_hit(self, reason: str, at: float, pixel: str) -> None:
        """Keep one pixel hit that Meta would answer and throw away."""
        with self._lock:
            record: Record = {"received_at": at, "code": None, "subcode": None, "reason": reason, "pixel": pixel}
            self._refusals.append(record)

    @property
    def events(self) -> list[Record]:
        """All hits that were taken, oldest first, as copies."""
        with self._lock:
            return [dict(event) for event in self._events]

    @property
    def refusals(self) -> list[Record]:
        """All refusals, oldest first, as copies."""
        with self._lock:
            return [dict(refusal) for refusal in self._refusals]

    @property
    def requests(self) -> dict[str, int]:
        """How many requests of each kind came in: graph, pixel, script; and connections."""
        with self._lock:
            return {"graph": 0, "pixel": 0, "script": 0, "connections": 0} | self._requests

    def pairs(self) -> list[Record]:
        """Keys that arrived on both channels, with the number of hits on each."""
        return [group for group in self._groups() if group["server"] and group["browser"]]

    def unpaired(self) -> list[Record]:
        """Keys that arrived on one channel alone; each hit without an id stands for itself."""
        return [group for group in self._groups() if not (group["server"] and group["browser"])]

    def _groups(self) -> list[Record]:
        groups: dict[tuple[object, ...], Record] = {}
        channels: dict[tuple[object, ...], Counter[str]] = {}
        with self._lock:
            hits = list(self._events)
        for hit in hits:
            identity = {name: hit[name] for name in ("pixel", "event_name", "event_id", "first_received_at")}
            key = (*identity.values(), None if hit["event_id"] else hit["number"])
            groups.setdefault(key, identity)
            channels.setdefault(key, Counter())[str(hit["channel"])] += 1
        return [group | {way: channels[key][way] for way in ("browser", "server")} for key, group in groups.items()]
