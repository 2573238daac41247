"""Three small tables that the page needs beside the events: counts of days, failed requests, what pages told of.

They are read as one, since a page may ask a dozen queries and no more.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, DateTimeField, F, Max, QuerySet, Sum, Value

from ..models import DeliveryAttempt, PageReport, SkipCount
from .columns import nothing, text
from .refusals import FAILED, Failure, failures_of
from .reports import Reported, reported_of
from .window import Window

ATTEMPTS, SKIPS, REPORTS = "attempts", "skips", "reports"


class Group(NamedTuple):
    """Rows of one table that are alike; what a table does not know is empty."""

    what: str
    one: str
    two: str
    three: str
    four: str
    http: int | None
    number: int | None
    sub: int | None
    total: int
    inside: int | None
    last: datetime | None


PLACE = Group._fields[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asides:
    """``skips``: event, reason and how many page events were skipped for it."""

    skips: tuple[tuple[str, str, int], ...]
    failures: tuple[Failure, ...]
    reported: tuple[Reported, ...]


def asides(window: Window, *, pixel: str, event: str, using: str) -> Asides:
    """Of the window. Failures are of requests, whatever events were in them; reports are of the whole shop. One query."""
    parts = [_attempts(window, pixel, using), _skips(window, pixel, event, using), _reports(window, using)]
    found: dict[str, list[Group]] = defaultdict(list)
    for group in parts[0].union(*parts[1:], all=True):
        found[group[0]].append(Group(*group))
    return Asides(
        skips=tuple((each.one, each.two, each.total) for each in found[SKIPS]),
        failures=failures_of(map(_failure, found[ATTEMPTS])),
        reported=reported_of((each.one, each.two, each.three, each.four, each.total) for each in found[REPORTS]),
    )


def _failure(group: Group) -> Failure:
    return Failure(
        kind=group.one,
        http_status=group.http,
        code=group.number,
        subcode=group.sub,
        requests=group.total,
        events=group.inside or 0,
        last_at=group.last,  # type: ignore[arg-type]  # an attempt has begun
    )


def _attempts(window: Window, pixel: str, using: str) -> QuerySet[Any]:
    # by name: an index leads to each of the kinds that failed, past all that went through
    rows = DeliveryAttempt.objects.using(using).filter(
        kind__in=FAILED, started_at__gte=window.start, started_at__lt=window.end
    )
    named = _named(rows.filter(pixel=pixel) if pixel else rows, ATTEMPTS, ("kind",), ("http_status", "code", "subcode"))
    found: QuerySet[Any] = named.annotate(total=Count("id"), inside=Sum("batch_size"), last=Max("started_at"))
    return found


def _skips(window: Window, pixel: str, event: str, using: str) -> QuerySet[Any]:
    wanted = {"pixel": pixel, "event_name": event}
    rows = SkipCount.objects.using(using).filter(day__range=window.days)
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return _summed(_named(rows, SKIPS, ("event_name", "reason")))


def _reports(window: Window, using: str) -> QuerySet[Any]:
    rows = PageReport.objects.using(using).filter(day__range=window.days)
    return _summed(_named(rows, REPORTS, ("kind", "subject", "name", "page")))


def _named(rows: QuerySet[Any], what: str, texts: Sequence[str], numbers: Sequence[str] = ()) -> QuerySet[Any]:
    """By these columns, under the names that all three have."""
    of_texts = [F(name) for name in texts] + [text("")] * (4 - len(texts))
    of_numbers = [F(name) for name in numbers] + [nothing()] * (3 - len(numbers))
    told = dict(zip(PLACE, [text(what), *of_texts, *of_numbers], strict=True))
    named: QuerySet[Any] = rows.annotate(**told).order_by().values_list(*PLACE)
    return named


def _summed(named: QuerySet[Any]) -> QuerySet[Any]:
    never = Value(None, output_field=DateTimeField())
    found: QuerySet[Any] = named.annotate(total=Sum("count"), inside=nothing(), last=never)
    return found
