"""What came of it: orders, rows and acceptances compared id by id. Pure.

Meta's stand-in says which request brought an event and who sent it; the outbox says which requests it has recorded, and
when; the run says whom it hit. A second acceptance is a double unless all three leave another explanation.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FRESH_SECONDS = 1.5  # a worker looks at its lease a tenth of it before a request, at most; the rest is the machine's
CLOCKS = 0.5  # seconds by which two processes may see the same moment apart
RECORDING_SECONDS = 9.0  # from Meta's taking to the record: a slow answer, then tries in spite of the database
SHOWN = 5
SENT = "sent"

# Whom a trouble hits: a worker by its name, or one of these; any other explains nothing.
DATABASE, ANSWERS, LEASES, NOBODY = "database", "answers", "leases", ""


@dataclass(frozen=True, slots=True, order=True)
class Acceptance:
    """Meta took this event, in the request ``trace`` of this worker, at this time."""

    number: int
    event_id: str
    order: str
    worker: str
    trace: str
    at: float
    content: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    event_id: str
    order: str
    status: str = SENT
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    kind: str
    whom: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Look:
    """A worker took a row, or renewed its lease."""

    worker: str
    at: float


@dataclass(slots=True)
class Evidence:
    """``orders`` is the shop's own table; ``promised`` and ``withdrawn`` are what the shops were told in the end.

    ``recorded`` tells for a request's trace when its 2xx was committed; ``looks`` who had the row of an event when.
    """

    orders: set[str] = field(default_factory=set)
    promised: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    acceptances: list[Acceptance] = field(default_factory=list)
    recorded: Mapping[str, float] = field(default_factory=dict)
    looks: Mapping[str, list[Look]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    kills: int = 0


@dataclass(slots=True)
class Verdict:
    orders: int
    recorded: int
    accepted: int
    kills: int
    lost: list[str]
    doubled: list[str]
    ambiguous: list[str]
    wrong: dict[str, list[str]]
    stories: list[str] = field(default_factory=list)

    @property
    def failures(self) -> dict[str, list[str]]:
        """What must not be, with the ids."""
        found = {"lost": self.lost, "doubled after answer": self.doubled, **self.wrong}
        found |= {} if self.orders else {"no orders": ["nobody sold anything"]}
        found |= {} if self.kills else {"no kills": ["nobody was killed"]}
        return {what: ids for what, ids in found.items() if ids}

    @property
    def is_good(self) -> bool:
        return not self.failures

    def line(self) -> str:
        return (
            f"orders {self.orders}, recorded {self.recorded}, accepted {self.accepted}, kills {self.kills}, "
            f"lost {len(self.lost)}, doubled after answer {len(self.doubled)}, ambiguous {len(self.ambiguous)}"
        )

    def details(self) -> list[str]:
        listed = {**self.failures, "ambiguous": self.ambiguous}
        return [f"{what}: {len(ids)} ({_few(ids)})" for what, ids in listed.items() if ids]


def judge(evidence: Evidence) -> Verdict:
    rows = {row.order for row in evidence.rows}
    accepted = {one.order for one in evidence.acceptances}
    doubled, ambiguous = _repeats(evidence)
    return Verdict(
        orders=len(evidence.orders),
        recorded=len(rows & evidence.orders),
        accepted=len(accepted & evidence.orders),
        kills=evidence.kills,
        lost=sorted(evidence.orders - accepted),
        doubled=doubled,
        ambiguous=ambiguous,
        stories=[_story(event_id, evidence) for event_id in doubled[:SHOWN]],
        wrong={
            "order without a row": sorted(evidence.orders - rows),
            "row without an order": sorted(rows - evidence.orders),
            "accepted without an order": sorted(accepted - evidence.orders),
            "accepted without a row": sorted(accepted - rows),
            "row not sent": [f"{row.order} {row.status} {row.reason}".strip() for row in evidence.rows if row.status != SENT],
            "promised and gone": sorted(evidence.promised - evidence.orders),
            "rolled back and there": sorted(evidence.withdrawn & evidence.orders),
            "other contents the second time": _changed(evidence.acceptances),
            "several ids for one order": _renamed(evidence),
        },
    )  # fmt: skip


def _repeats(evidence: Evidence) -> tuple[list[str], list[str]]:
    """Events that Meta took more than once: without another explanation, and with one."""
    doubled, ambiguous = [], []
    for event_id, taken in _by_event(evidence.acceptances).items():
        if len(taken) > 1:
            pairs = [(first, again) for index, again in enumerate(taken) for first in taken[:index]]
            is_double = any(_is_double(first, again, evidence) for first, again in pairs)
            (doubled if is_double else ambiguous).append(event_id)
    return doubled, ambiguous


def _is_double(first: Acceptance, again: Acceptance, evidence: Evidence) -> bool:
    if _was_known(first, again, evidence) or any(_is_stale(one, evidence) for one in (first, again)):
        return True
    taken = sorted((_looked_at(one, evidence), one.at, one) for one in (first, again))
    (early_look, _, early), (late_look, _, _) = taken
    if early_look == late_look:  # twice under one lease, unless two processes of that worker each had looked
        early_look = _looked_at(early, evidence, before=late_look)
        if early.at - early_look > FRESH_SECONDS:
            return True
    between = (early_look, min(late_look, early.at + RECORDING_SECONDS))
    return not any(_explains(trouble, early, between) for trouble in evidence.troubles)


def _story(event_id: str, evidence: Evidence) -> str:
    """What is known of one event, to find out why it was taken twice."""
    taken = [one for one in evidence.acceptances if one.event_id == event_id]
    told = [f"{one.worker} at {one.at:.3f}, recorded {evidence.recorded.get(one.trace)}" for one in taken]
    looks = [f"{look.worker} {look.at:.3f}" for look in evidence.looks.get(event_id, [])]
    whom = {DATABASE, LEASES, ANSWERS, *(one.worker for one in taken)}
    span = (min(one.at for one in taken) - RECORDING_SECONDS, max(one.at for one in taken))
    near = [trouble for trouble in evidence.troubles if trouble.whom in whom and _overlaps(trouble, *span)]
    hits = [f"{one.kind} {one.whom} {one.began:.3f}-{one.ended:.3f}" for one in near]
    return f"{event_id}: taken from {'; '.join(told)} | looks {'; '.join(looks)} | troubles {'; '.join(hits)}"


def _was_known(first: Acceptance, again: Acceptance, evidence: Evidence) -> bool:
    """The first answer was recorded before the other worker took the row."""
    recorded_at = evidence.recorded.get(first.trace)
    return recorded_at is not None and recorded_at < _looked_at(again, evidence)


def _is_stale(one: Acceptance, evidence: Evidence) -> bool:
    """Its worker, while awake, had not looked at the lease for too long."""
    looked_at = _looked_at(one, evidence)
    return one.at - looked_at - _asleep(one, looked_at, evidence.troubles) > FRESH_SECONDS


def _looked_at(one: Acceptance, evidence: Evidence, before: float = float("inf")) -> float:
    looks = [look.at for look in evidence.looks.get(one.event_id, []) if look.worker == one.worker]
    return max((at for at in looks if at <= one.at and at < before), default=float("-inf"))


def _asleep(one: Acceptance, since: float, troubles: Iterable[Trouble]) -> float:
    """Seconds that its worker was stopped for."""
    own = [trouble for trouble in troubles if trouble.whom == one.worker]
    spans = [(max(trouble.began, since), min(trouble.ended, one.at)) for trouble in own]
    return sum(max(0.0, end - begin) for begin, end in spans)


def _explains(trouble: Trouble, early: Acceptance, between: tuple[float, float]) -> bool:
    """Whether this may have been why a second worker took the row: it met the first one, before the second came."""
    if trouble.whom == ANSWERS:
        return _overlaps(trouble, early.at, early.at)
    return trouble.whom in {DATABASE, LEASES, early.worker} and _overlaps(trouble, *between)


def _overlaps(trouble: Trouble, begin: float, end: float) -> bool:
    return trouble.began <= end + CLOCKS and trouble.ended >= begin - CLOCKS


def _by_event(acceptances: Iterable[Acceptance]) -> dict[str, list[Acceptance]]:
    found: dict[str, list[Acceptance]] = defaultdict(list)
    for one in sorted(acceptances, key=lambda one: one.number):
        found[one.event_id].append(one)
    return found


def _changed(acceptances: Iterable[Acceptance]) -> list[str]:
    return [key for key, taken in _by_event(acceptances).items() if len({one.content for one in taken}) > 1]


def _renamed(evidence: Evidence) -> list[str]:
    """One order, one event, one id: in the outbox and at Meta."""
    ids: dict[str, set[str]] = defaultdict(set)
    for one in [*evidence.rows, *evidence.acceptances]:
        ids[one.order].add(one.event_id)
    return sorted(order for order, known in ids.items() if len(known) > 1)


def _few(ids: list[str]) -> str:
    return ", ".join(ids[:SHOWN]) + (", ..." if len(ids) > SHOWN else "")
