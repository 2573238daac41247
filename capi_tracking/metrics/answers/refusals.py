"""What was not sent and why, and the requests that failed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet, Sum

from ...models import DeliveryAttempt, Status
from ..counting.facts import Fact
from ..reasons import explain
from ..window import Window

MAX_LINES = 20
NO_CODE = "none"
FAILED = [kind for kind in DeliveryAttempt.Kind.values if kind != DeliveryAttempt.Kind.DELIVERED]
LONGEST_CODE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """One reason. ``rows``: whether they have some; page events that were skipped are only counted by the day, and stand
    apart.

    ``events``: name and count, the busiest first.
    """

    reason: str
    count: int
    rows: bool
    events: tuple[tuple[str, int], ...]

    @property
    def explanation(self) -> str:
        return explain(self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Failed requests that are alike. ``events``: how many were in them; most went through later."""

    kind: str
    http_status: int | None
    code: int | None
    subcode: int | None
    requests: int
    events: int
    last_at: datetime

    @property
    def label(self) -> str:
        return str(DeliveryAttempt.Kind(self.kind).label)

    @property
    def full_code(self) -> str:
        """Code and subcode as Meta's own pages write them; "" where there is none."""
        return "/".join(str(code) for code in (self.code, self.subcode) if code is not None)

    @property
    def advice(self) -> str:
        return explain(self.kind)


def skipped(facts: list[Fact], counted: Iterable[tuple[str, str, int]]) -> tuple[Skipped, ...]:
    """Rows that were skipped or cancelled, and page events that were only counted: event, reason, how many."""
    counts: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for fact in facts:
        if fact.is_withheld or fact.status == Status.SKIPPED:
            counts[fact.reason, True][fact.event_name] += fact.count
    for name, reason, count in counted:
        counts[reason, False][name] += count
    lines = [_skipped(reason, events, rows=rows) for (reason, rows), events in counts.items()]
    return tuple(sorted(lines, key=lambda line: (-line.count, line.reason))[:MAX_LINES])


def _skipped(reason: str, events: Counter[str], *, rows: bool) -> Skipped:
    busiest = sorted(events.items(), key=lambda item: (-item[1], item[0]))[:MAX_LINES]
    return Skipped(reason=reason, count=events.total(), rows=rows, events=tuple(busiest))


def failures(window: Window, *, pixel: str, using: str) -> tuple[Failure, ...]:
    """By kind and code, the latest first. One query."""
    attempts = DeliveryAttempt.objects.using(using).filter(started_at__gte=window.start, started_at__lt=window.end)
    if pixel:
        attempts = attempts.filter(pixel=pixel)
    # by name: an index leads to each of the kinds that failed, past all that went through
    groups = (
        attempts.filter(kind__in=FAILED)
        .order_by()
        .values("kind", "http_status", "code", "subcode")
        .annotate(requests=Count("id"), events=Sum("batch_size"), last_at=Max("started_at"))
        .order_by("-last_at")
    )
    return tuple(Failure(**group) for group in groups[:MAX_LINES])


def failures_of(lines: Iterable[Failure]) -> tuple[Failure, ...]:
    """The latest first."""
    return tuple(sorted(lines, key=lambda line: line.last_at, reverse=True)[:MAX_LINES])


def with_code(attempts: QuerySet[DeliveryAttempt], full_code: str) -> QuerySet[DeliveryAttempt]:
    """Those that were answered with that code, and subcode if there is one after a slash; "none": with no code."""
    if full_code == NO_CODE:
        return attempts.filter(code=None)
    code, slash, subcode = full_code.partition("/")
    if not (code.isdecimal() and len(code) < LONGEST_CODE and (not slash or subcode.isdecimal())):
        return attempts.none()
    return attempts.filter(code=int(code), subcode=int(subcode[:LONGEST_CODE]) if slash else None)
