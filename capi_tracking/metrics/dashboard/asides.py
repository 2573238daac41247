"""Small tables that the page needs beside the events: counts of days, failed requests, what pages and browsers told of.

They are read as one, since a page may ask a dozen queries and no more.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, DateTimeField, F, Max, QuerySet, Sum, Value

from ...models import DeliveryAttempt, PageReport, SkipCount
from ..answers.marks import Mark, changes_in
from ..answers.refusals import FAILED, Failure, failures_of
from ..answers.reports import Reported, reported_of
from ..counting.columns import nothing, number, text
from ..verdict.robots import Flood, flood, of_people, of_robots
from ..verdict.shutout import ShutOut, Told, newest, shut_out
from ..window import Window

ATTEMPTS, SKIPS, REPORTS, ROBOTS, PEOPLE, RECEIPTS = "attempts", "skips", "reports", "robots", "people", "receipts"
MARKS = "marks"


class Group(NamedTuple):
    """Rows of one table that are alike; what a table does not know is empty."""

    what: str
    one: str
    two: str
    three: str
    four: str
    first: int | None
    second: int | None
    third: int | None
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
    flood: Flood | None
    shut_out: ShutOut | None
    marks: tuple[Mark, ...]


def asides(window: Window, *, pixel: str, event: str, using: str, now: datetime) -> Asides:
    """Of the window; of floods and blocked pixels, whatever it is, of the last day. One query.

    Failures are of requests, whatever events were in them; reports are of the whole shop.
    """
    parts = [
        _attempts(window, pixel, using),
        _skips(window, pixel, event, using),
        _reports(window, using),
        *_latest(pixel, using, now),
        _marks(window, using),
    ]
    found: dict[str, list[Group]] = defaultdict(list)
    for group in parts[0].union(*parts[1:], all=True):
        found[group[0]].append(Group(*group))
    return Asides(
        skips=tuple((each.one, each.two, each.total) for each in found[SKIPS]),
        failures=failures_of(map(_failure, found[ATTEMPTS])),
        reported=reported_of((each.one, each.two, each.three, each.four, each.total) for each in found[REPORTS]),
        flood=flood(
            [(each.last, each.total) for each in found[ROBOTS] if each.last],
            sum(each.total for each in found[PEOPLE]),
            now,
        ),
        shut_out=shut_out(Told(each.one, each.first or 0, each.last) for each in found[RECEIPTS] if each.last),
        marks=tuple(Mark(at=each.last, names=each.one) for each in found[MARKS] if each.last),
    )


def _failure(group: Group) -> Failure:
    return Failure(
        kind=group.one,
        http_status=group.first,
        code=group.second,
        subcode=group.third,
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


def _latest(pixel: str, using: str, now: datetime) -> Iterator[QuerySet[Any]]:
    """Page events of robots by the slice, those of people, and what browsers told last."""
    of_pixel = {"pixel": pixel} if pixel else {}
    robots, people = of_robots(using, now).filter(**of_pixel), of_people(using, now).filter(**of_pixel)
    receipts = newest(using, now).filter(**of_pixel)
    never = Value(None, output_field=DateTimeField())
    yield _named(robots, ROBOTS, ()).annotate(total=F("count"), inside=nothing(), last=F("since"))
    yield _named(people, PEOPLE, ("pixel",)).annotate(total=Count("id"), inside=nothing(), last=never)
    told = _named(receipts, RECEIPTS, ("visitor_key",), ("state",))
    yield told.annotate(total=number(1), inside=nothing(), last=F("created_at"))


def _marks(window: Window, using: str) -> QuerySet[Any]:
    named = _named(changes_in(window, using), MARKS, ("names",))
    found: QuerySet[Any] = named.annotate(total=number(1), inside=nothing(), last=F("at"))
    return found


def _named(rows: QuerySet[Any], what: str, texts: Sequence[str], numbers: Sequence[str] = ()) -> QuerySet[Any]:
    """By these columns, under the names that all have."""
    of_texts = [F(name) for name in texts] + [text("")] * (4 - len(texts))
    of_numbers = [F(name) for name in numbers] + [nothing()] * (3 - len(numbers))
    told = dict(zip(PLACE, [text(what), *of_texts, *of_numbers], strict=True))
    named: QuerySet[Any] = rows.annotate(**told).order_by().values_list(*PLACE)
    return named


def _summed(named: QuerySet[Any]) -> QuerySet[Any]:
    never = Value(None, output_field=DateTimeField())
    found: QuerySet[Any] = named.annotate(total=Sum("count"), inside=nothing(), last=never)
    return found
