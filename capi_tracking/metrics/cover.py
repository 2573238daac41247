"""Which part of a window is told by which rollups, and what is left to be read from rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from .figures import Figures
from .slices import Slice
from .spans import Span
from .stored import figures


@dataclass(slots=True)
class Cover:
    """``raw``: what no rollup tells of; ``days``: those parts that are told as a whole, visitors too."""

    told: list[tuple[Slice, int]] = field(default_factory=list)
    raw: list[Span] = field(default_factory=list)
    whole: set[int] = field(default_factory=set)

    def figures(self, *, pixel: str, with_tests: bool) -> Figures:
        found = Figures()
        for each, slot in self.told:
            for line in each.lines:
                if pixel in ("", line.pixel) and (with_tests or not line.is_test):
                    found += figures(line, slot)
        return found


def cover(spans: Sequence[Span], slices: Iterable[Slice]) -> Cover:
    """A day by the day's rollup, else by its hours' and rows between them."""
    slices, found = list(slices), Cover()
    by_span = {(each.start, each.end): each for each in slices}
    hours = sorted((each for each in slices if not each.is_day), key=lambda each: each.start)
    for span in spans:
        whole = [by_span[span[:2]]] if span[:2] in by_span else _of_another_zone(span, slices)
        if whole:
            found.told += [(each, span.slot) for each in whole]
            found.whole |= {span.slot for each in whole if each.is_day}
        else:
            _in_hours(span, hours, found)
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
