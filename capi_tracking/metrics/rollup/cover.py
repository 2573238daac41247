"""Which part of a window is told by which rollups, and what is left to be read from rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..counting.figures import Figures, Kind
from ..counting.spans import Span
from .slices import Slice
from .stored import figures
from .visited import Visited, visited


@dataclass(slots=True)
class Cover:
    """``raw``: what no rollup tells of; ``visited``: the same of visitors, who count by the day."""

    told: list[tuple[Slice, int]] = field(default_factory=list)
    raw: list[Span] = field(default_factory=list)
    visited: Visited = field(default_factory=Visited)

    def figures(self, *, pixel: str, with_tests: bool) -> Figures:
        found = Figures()
        for each, slot in self.told:
            for line in each.lines_of(pixel, with_tests=with_tests):
                told = figures(line, slot)
                found.facts.extend(told.facts)
                found.tallies.extend(tally for tally in told.tallies if tally.kind != Kind.VISITORS)
        for each, hour, slot in self.visited.told:
            for line in each.lines_of(pixel, with_tests=with_tests):
                came = figures(line, slot).of(Kind.VISITORS)
                found.tallies.extend(tally for tally in came if int(tally.name or 0) >= hour)
        return found


def cover(spans: Sequence[Span], days: Iterable[Span], slices: Iterable[Slice]) -> Cover:
    """A day by the day's rollup, else by its hours' and rows between them. ``days``: the pieces of days in the spans."""
    slices, found = list(slices), Cover()
    by_span = {(each.start, each.end): each for each in slices}
    hours = sorted((each for each in slices if not each.is_day), key=lambda each: each.start)
    for span in spans:
        whole = [by_span[span[:2]]] if span[:2] in by_span else _of_another_zone(span, slices)
        if whole:
            found.told += [(each, span.slot) for each in whole]
        else:
            _in_hours(span, hours, found)
    found.visited = visited(days, slices, [(each, slot) for each, slot in found.told if each.is_day])
    return found


def _of_another_zone(span: Span, slices: Iterable[Slice]) -> list[Slice]:
    """Days that can't be added up anew, as the shop had them then."""
    final = [each for each in slices if each.is_final and each.is_day]
    return [each for each in final if span.start <= each.middle < span.end]


def _in_hours(span: Span, hours: Iterable[Slice], found: Cover) -> None:
    reached: datetime = span.start
    for each in hours:
        if reached <= each.start and each.end <= span.end:
            found.told.append((each, span.slot))
            if reached < each.start:
                found.raw.append(Span(reached, each.start, span.slot))
            reached = each.end
    if reached < span.end:
        found.raw.append(Span(reached, span.end, span.slot))
