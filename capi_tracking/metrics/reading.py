"""The figures of a window and of the weeks before it."""

from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from .figures import Figures
from .scan import Asked, scan
from .spans import Span
from .tallies import tallies
from .window import Window


class Read(NamedTuple):
    """``now``: of the window. ``over`` and ``before``: of its parts that are over, and of those that stand before them."""

    now: Figures
    over: Figures
    before: Figures


def read(window: Window, asked: Asked, *, ripe_before: datetime, now: datetime) -> Read:
    """Two queries."""
    over, count = window.over_by(now), len(window.parts)
    spans = spans_of(window) + spans_of(window.before(), first=count)[:over]
    found = scan(asked, spans, ripe_before=ripe_before) + tallies(asked, spans, spans)
    return Read(
        now=_between(found, 0, count),
        over=_between(found, 0, over),
        before=_between(found, count, count + over),
    )


def spans_of(window: Window, *, first: int = 0) -> list[Span]:
    """Its parts, numbered from ``first`` on."""
    return [Span(start, end, first + n) for n, (start, end) in enumerate(pairwise(window.edges))]


def _between(figures: Figures, first: int, end: int) -> Figures:
    return Figures(
        [fact for fact in figures.facts if first <= fact.slot < end],
        [tally for tally in figures.tallies if first <= tally.slot < end],
    )
