"""How the worker sent it: batches a second or so after the events, troubles, and what was late after them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from capi_tracking.models import DeliveryAttempt, OutboxEvent, Priority, Status
from demo_project.story.incidents import Outage
from demo_project.story.outbox import PIXEL

BATCH_SIZE = 1000
KEPT = timedelta(hours=48)  # after so long, a settled row's payload goes
SLOW = 0.03
QUIET_BEFORE_END = timedelta(minutes=2)
TRACE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
Kind = DeliveryAttempt.Kind


@dataclass(slots=True)
class Request:
    """One request and the rows that were in it."""

    attempt: DeliveryAttempt
    rows: list[OutboxEvent] = field(default_factory=list)


class Worker:
    """Goes through the rows in the order in which they came."""

    def __init__(self, rng: Random, outages: Sequence[Outage], refused: set[str]) -> None:
        self.rng, self.outages, self.refused = rng, outages, refused
        self.requests: list[Request] = []

    def deliver(self, rows: Sequence[OutboxEvent]) -> list[Request]:
        """Settle every pending row; returns all requests, failed ones too."""
        queue = sorted((row for row in rows if row.status == Status.PENDING), key=lambda row: row.created_at)
        done = 0
        while done < len(queue):
            done += self.round(queue, done)
        return self.requests

    def round(self, queue: list[OutboxEvent], done: int) -> int:
        """One claim, or all that waited while Meta took nothing; how many rows were settled."""
        at = queue[done].created_at + self.lag()
        trouble = next((outage for outage in self.outages if outage.begin <= at < outage.end), None)
        first, at = at, trouble.end + timedelta(seconds=2) if trouble else at
        waiting = list(waiting_at(queue, done, at))
        if trouble:
            self.fail(trouble, waiting, first)
        for batch in batches([row for row in waiting if not lapse(row, at)]):
            at = self.send(batch, at)
        return len(waiting)

    def lag(self) -> timedelta:
        """From the nudge to the worker's request; now and then only the sweep finds the row."""
        slow = self.rng.random() < SLOW
        return timedelta(seconds=self.rng.uniform(4, 55) if slow else self.rng.uniform(0.35, 1.5))

    def send(self, batch: list[OutboxEvent], at: datetime) -> datetime:
        """One request; returns when it was answered."""
        bad = [row for row in batch if row.key in self.refused]
        good = [row for row in batch if row.key not in self.refused]
        for row in bad:
            at = self.refuse(row, at)
        return self.take(good, at) if good else at

    def take(self, rows: list[OutboxEvent], at: datetime) -> datetime:
        request = self.request(rows, at, Kind.DELIVERED, http_status=200, events_received=len(rows))
        answered = at + timedelta(milliseconds=request.attempt.duration_ms)
        for row in rows:
            row.status, row.sent_at, row.settled_at, row.updated_at = Status.SENT, answered, answered, answered
        return answered

    def refuse(self, row: OutboxEvent, at: datetime) -> datetime:
        """Meta will never take this one."""
        request = self.request(
            [row], at, Kind.REJECTED, http_status=400, code=100, subcode=2804001, message="Invalid parameter"
        )
        answered = at + timedelta(milliseconds=request.attempt.duration_ms)
        row.status, row.reason, row.settled_at, row.updated_at = Status.DEAD, "rejected_2804001", answered, answered
        return answered

    def fail(self, outage: Outage, waiting: list[OutboxEvent], first: datetime) -> None:
        """What was asked in vain; sales go first, as always. Then one event probes what is out of reach."""
        for at in (min(first + after, outage.end - QUIET_BEFORE_END) for after in outage.tries):
            there = [row for row in waiting if row.created_at <= at and row.deadline_at > at]
            if there:
                values = {"code": outage.code, "subcode": outage.subcode, "message": outage.message}
                rows = next(batches(there)) if outage.kind == Kind.DENIED else there[:1]
                self.request(rows, at, outage.kind, http_status=outage.http_status, **values)

    def request(self, rows: list[OutboxEvent], at: datetime, kind: str, **values: object) -> Request:
        attempt = DeliveryAttempt(
            pixel=PIXEL,
            kind=kind,
            batch_size=len(rows),
            batch_bytes=sum(len(row.payload) for row in rows) + len(rows) + 1,
            duration_ms=int(self.rng.lognormvariate(5.5, 0.45)) + len(rows) // 4,
            started_at=at,
            trace_id="A" + "".join(self.rng.choices(TRACE_LETTERS, k=22)) if kind != Kind.UNREACHABLE else "",
            **values,
        )
        for row in rows:
            row.attempts, row.last_attempt = row.attempts + 1, attempt
        self.requests.append(Request(attempt, rows))
        return self.requests[-1]


def waiting_at(queue: list[OutboxEvent], done: int, at: datetime) -> Iterator[OutboxEvent]:
    for number in range(done, len(queue)):
        if queue[number].created_at > at:
            return
        yield queue[number]


def batches(rows: list[OutboxEvent]) -> Iterator[list[OutboxEvent]]:
    """A claim takes one class, sales before page events."""
    for priority in sorted(Priority.values):
        same = [row for row in rows if row.priority == priority]
        for start in range(0, len(same), BATCH_SIZE):
            yield same[start : start + BATCH_SIZE]


def lapse(row: OutboxEvent, now: datetime) -> bool:
    """As the sweep does it: past 47 hours after the browser's copy, the server's would be counted again."""
    if row.deadline_at > now:
        return False
    closed = row.deadline_at + timedelta(seconds=60)
    row.status, row.reason, row.payload = Status.SKIPPED, "pair_window_closed", ""
    row.settled_at = row.updated_at = row.redacted_at = closed
    return True


def redact(rows: Iterable[OutboxEvent], end: datetime) -> None:
    """Customer data stays for two days, and no longer."""
    for row in rows:
        if row.payload and row.settled_at and row.settled_at + KEPT <= end:
            row.payload, row.redacted_at = "", row.settled_at + KEPT
