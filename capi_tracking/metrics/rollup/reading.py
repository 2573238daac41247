"""The figures of a window and of the weeks before it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.utils import timezone

from ..counting import tallies
from ..counting.figures import Figures
from ..counting.raw import figures_of, looked_up
from ..counting.scan import Asked
from ..counting.spans import Span
from ..window import Window
from .cover import Cover, cover
from .slices import holding, kept

BACK = timedelta(hours=50)  # to the beginning of yesterday, however long that was


class Read(NamedTuple):
    """``now``: of the window. ``over`` and ``before``: of its parts that are over, and of those that stand before them.

    Of the n parts of the window the first has the slot 0, and the one that stands before it the slot n.
    """

    now: Figures
    over: Figures
    before: Figures


def read(window: Window, asked: Asked, *, ripe_before: datetime, now: datetime) -> Read:
    """From what is added up where that holds, else from rows. At most three queries."""
    over, count = window.over_by(now), len(window.parts)
    shown, before = spans_of(window), spans_of(window.before(), first=count)[:over]
    told = _cover([*shown, *before], days_of(shown), window, asked.using, now)
    groups = looked_up(
        asked,
        rows=told.raw,
        beside=[span for span in told.raw if span.slot < count],
        visitors=tallies.visitors(asked, told.visited.left),
        moving=[*shown, *before],
        ripe_before=ripe_before,
    )
    found = told.figures(pixel=asked.pixel, with_tests=asked.with_tests) + figures_of(groups)
    return Read(
        now=_between(found, 0, count),
        over=_between(found, 0, over),
        before=_between(found, count, count + over),
    )


def _cover(spans: list[Span], days: list[Span], window: Window, using: str, now: datetime) -> Cover:
    """Hours are read of hours, and of the day that is not over yet and the one before."""
    hours_from = min(span.start for span in spans) if window.is_hourly else now - BACK
    return cover(spans, days, holding(kept(spans, hours_from=hours_from, using=using, now=now), using=using))


def spans_of(window: Window, *, first: int = 0) -> list[Span]:
    """Its parts, numbered from ``first`` on."""
    # in UTC: where the clock is turned back, two moments that are equal in two zones are not equal to Python
    edges = [edge.astimezone(UTC) for edge in window.edges]
    return [Span(start, end, first + n) for n, (start, end) in enumerate(pairwise(edges))]


def days_of(spans: list[Span]) -> list[Span]:
    """The pieces of days that the parts are of, each with the number of its first part."""
    found: dict[date, Span] = {}
    zone = timezone.get_default_timezone()
    for span in spans:
        day = span.start.astimezone(zone).date()
        first = found.setdefault(day, span)
        found[day] = Span(first.start, max(first.end, span.end), first.slot)
    return list(found.values())


def _between(figures: Figures, first: int, end: int) -> Figures:
    return Figures(
        [fact for fact in figures.facts if first <= fact.slot < end],
        [tally for tally in figures.tallies if first <= tally.slot < end],
    )
