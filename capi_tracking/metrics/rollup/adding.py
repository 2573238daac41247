"""Adding days and hours up, and anew where they changed. Reads rows, writes nothing but ``Rollup`` and its like."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from ...models import BrowserReceipt, OutboxEvent, Rollup, RollupLine, StaleHour
from ...models.database.slices import delete, in_slices
from ...models.rollup import HOUR, SLACK, Told
from ...models.states import KEPT_AT_LEAST
from ..counting.facts import RIPE_AFTER
from ..counting.raw import Group, looked_up
from ..counting.scan import Asked
from ..counting.spans import Span, numbered, slot_of, within
from ..counting.tallies import last_visits
from ..window import MOST_DAYS, last_days
from .changed import Change, later_changes
from .reading import spans_of
from .slices import DAY, Slice, headers, pruned_before, since_checked
from .stored import VERSION, lines
from .visited import midnight_before

BUDGET = timedelta(seconds=50)
DAYS_BACK = 2 * MOST_DAYS + 7  # the longest window, and what stands before it
HOURS_BACK = timedelta(days=9)  # two windows of hours, a week apart
FRESH = timedelta(days=3)  # of these, and
YOUNG = timedelta(days=9)  # of these days, changes may be of a kind that nothing tells:
AGAIN_AFTER = {FRESH: timedelta(hours=6), YOUNG: timedelta(days=1)}  # so they are added up anew as often
MARKS_KEPT = timedelta(days=2)
MOST_SPANS, MOST_ROWS = 24, 10_000  # that are looked up together


class Wanted(NamedTuple):
    """``visitors``: the time whose visitors are told with it, up to its end."""

    span: Span
    is_day: bool
    visitors: Span | None


class Look(NamedTuple):
    """What one query looks up; ``rows``: how many each of it was made of, counted after ``at``."""

    at: datetime
    wanted: Sequence[Wanted]
    rows: Sequence[int]

    def may_tell(self, number: int) -> bool:
        """Of visitors: an hour without rows tells of its day's hours before."""
        return bool(self.rows[number]) or not self.wanted[number].is_day


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledUp:
    """``computed``: spans that were added up; ``left``: those that the next call goes on with."""

    computed: int
    left: int

    def __add__(self, other: "RolledUp") -> "RolledUp":
        return RolledUp(computed=self.computed + other.computed, left=self.left + other.left)

    def __str__(self) -> str:
        return f"{self.computed} days and hours added up, {self.left} left"


def roll_up(using: str = "default", *, budget: timedelta = BUDGET, now: datetime | None = None) -> RolledUp:
    """Add up what is over and not added up yet, or changed since; the latest first, for at most so long.

    Two at once do the same work twice, and harm nothing.
    """
    now, ends = now or timezone.now(), time.monotonic() + budget.total_seconds()
    slices = _kept(now, using)
    changes = _marked_changes(slices, now, using)
    due = list(_due(slices, changes, now, _first(now, using)))
    done = 0
    for look in _looks(due, using):
        if time.monotonic() >= ends:
            break
        _add_up(look, using)
        done += len(look.wanted)
    if done == len(due):
        _tidy(now, using)
    return RolledUp(computed=done, left=len(due) - done)


def _kept(now: datetime, using: str) -> dict[tuple[datetime, datetime], Slice]:
    everything = [Span(now - DAYS_BACK * DAY, now)]
    slices = headers(everything, hours_from=now - HOURS_BACK - DAY, using=using, now=now)
    return {(each.start, each.end): each for each in slices}


def _marked_changes(slices: dict[tuple[datetime, datetime], Slice], now: datetime, using: str) -> list[Change]:
    """What changed since the last look, marked: from then on a page need look no further back."""
    open_ones = [each for each in slices.values() if not each.is_final]
    if not open_ones:
        return []
    since, last = min(each.checked_at for each in open_ones), max(each.end for each in open_ones)
    found = [*since_checked(open_ones, using=using), *later_changes(since, last, using=using)]
    latest: dict[datetime, datetime] = {}
    for change in found:
        latest[change.start] = max(change.until - SLACK, latest.get(change.start, change.until - SLACK))
    StaleHour.objects.using(using).mark(latest)
    Rollup.objects.using(using).filter(pk__in=[each.pk for each in open_ones]).update(checked_at=now)
    return found


def _due(
    slices: dict[tuple[datetime, datetime], Slice], marks: Sequence[Change], now: datetime, first: datetime
) -> Iterator[Wanted]:
    for each in _wanted(now):
        there = slices.get(each.span[:2])
        if each.span.start >= first if there is None else _has_to_be_done_again(there, each, marks, now):
            yield each


def _has_to_be_done_again(there: Slice, wanted: Wanted, marks: Iterable[Change], now: datetime) -> bool:
    if there.is_final:
        return False
    if there.version != VERSION or (there.ripens_at and there.ripens_at <= now):
        return True
    # not before a mark ends: until then it would have to be done once more
    over = [mark for mark in marks if mark.until <= now]
    if any(there.is_outlived_by(mark) for mark in over) or not _knows_visitors(there, wanted.visitors, over):
        return True
    return any(there.end > now - age and there.computed_at < now - after for age, after in AGAIN_AFTER.items())


def _first(now: datetime, using: str) -> datetime:
    """Nothing is added up for the first time that was before the first row, or whose rows may be deleted already."""
    event = OutboxEvent.objects.using(using).order_by("event_time").values_list("event_time", flat=True).first()
    receipt = BrowserReceipt.objects.using(using).order_by("created_at").values_list("created_at", flat=True).first()
    there_are = [moment for moment in (event, receipt) if moment]
    return max(pruned_before(now), min(there_are, default=now) - DAY)


def _knows_visitors(there: Slice, wanted: Span | None, marks: Iterable[Change]) -> bool:
    return wanted is None or (there.visitors_since == wanted.start and there.visitors_hold(marks))


def _wanted(now: datetime) -> Iterator[Wanted]:
    """Of hours those that are over and ripe, then days; the latest first.

    The latest hour tells of the visitors of its whole day up to then: nobody can count them from hours.
    """
    hours, days = ([span for span in spans if span.end <= now - RIPE_AFTER] for spans in (_hours(now), _days(now)))
    for hour in hours:
        is_latest = hour == hours[0]
        yield Wanted(hour, False, Span(midnight_before(hour.start), hour.end) if is_latest else None)
    for day in days:
        yield Wanted(day, True, day)


def _hours(now: datetime) -> list[Span]:
    """By the shop's clock, which in some zones strikes at half past."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    end = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    return [Span(end - (n + 1) * HOUR, end - n * HOUR) for n in range(HOURS_BACK // HOUR)]


def _days(now: datetime) -> list[Span]:
    return spans_of(last_days(DAYS_BACK, now))[::-1]


def _looks(due: Iterable[Wanted], using: str) -> Iterator[Look]:
    """Neighbours together, as long as they have few rows: to ask takes longer than to count those."""
    for _, alike in groupby(due, attrgetter("is_day")):
        while wanted := list(islice(alike, MOST_SPANS)):
            at = timezone.now()
            rows = _rows([each.span for each in wanted], using)
            for some in _with_few_rows([*range(len(wanted))], rows):
                yield Look(at, [wanted[n] for n in some], [rows[n] for n in some])


def _with_few_rows(numbers: Sequence[int], rows: Mapping[int, int]) -> Iterator[list[int]]:
    some: list[int] = []
    for number in numbers:
        if some and sum(rows[n] for n in (*some, number)) > MOST_ROWS:
            yield some
            some = []
        some.append(number)
    yield some


def _rows(spans: Sequence[Span], using: str) -> Counter[int]:
    """How many there are of each, by its place."""
    found: Counter[int] = Counter()
    for model, at in ((OutboxEvent, "event_time"), (BrowserReceipt, "created_at")):
        rows: QuerySet[Any] = model._default_manager.using(using).filter(within(at, spans))
        found.update(dict(rows.annotate(place=slot_of(at, numbered(spans))).values_list("place").annotate(Count("pk"))))
    return found


def _add_up(look: Look, using: str) -> None:
    """Read first and written after, in a transaction of its own: no lock is held while rows are read."""
    groups: dict[int, list[Group]] = defaultdict(list)
    for group in _groups(look, using):
        groups[group["slot"]].append(group)
    told = [Told(_rollup(look, n, groups[n]), lines(groups[n])) for n in range(len(look.wanted))]
    Rollup.objects.using(using).keep(told, pruned_before=look.at - KEPT_AT_LEAST)


def _groups(look: Look, using: str) -> list[Group]:
    asked, spans = Asked(using=using, with_tests=True), numbered([each.span for each in look.wanted])
    days = [each.visitors._replace(slot=n) for n, each in enumerate(look.wanted) if each.visitors and look.may_tell(n)]
    if not days and not any(look.rows):
        return []
    visitors = [last_visits(asked, day) for day in days]
    ripe_before = look.at - RIPE_AFTER
    return looked_up(asked, rows=spans, beside=spans, visitors=visitors, moving=[], ripe_before=ripe_before)


def _rollup(look: Look, number: int, groups: Iterable[Group]) -> Rollup:
    what = look.wanted[number]
    young = any(group["status"] and not group["is_ripe"] for group in groups)
    return Rollup(
        start=what.span.start,
        end=what.span.end,
        is_day=what.is_day,
        computed_at=look.at,
        checked_at=look.at,
        ripens_at=look.at + RIPE_AFTER if young else None,
        rows=look.rows[number],
        version=VERSION,
        visitors_since=what.visitors.start if what.visitors else None,
    )


def _tidy(now: datetime, using: str) -> None:
    """Hours that no page asks for any more, and marks that all has been added up after."""
    old = Rollup.objects.using(using).filter(is_day=False, start__lt=now - HOURS_BACK - DAY)
    pks = list(old.values_list("pk", flat=True)[:1000])
    RollupLine.objects.using(using).filter(rollup__in=pks).delete()
    Rollup.objects.using(using).filter(pk__in=pks).delete()
    in_slices(partial(delete, StaleHour.objects.using(using).filter(stale_until__lt=now - MARKS_KEPT)))
