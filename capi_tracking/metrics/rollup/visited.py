"""Visitors of days: what is added up of them, and which rows are left to be asked who else came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import NamedTuple

from django.utils import timezone

from ...models.rollup import HOUR
from ..counting.spans import Piece, Span
from .slices import Slice


class Told(NamedTuple):
    """What a slice knows of those who came last in the hour of that number, by the day, or later."""

    slice: Slice
    hour: int
    slot: int


@dataclass(slots=True)
class Visited:
    told: list[Told] = field(default_factory=list)
    left: list[Piece] = field(default_factory=list)


def midnight_before(moment: datetime) -> datetime:
    """When the shop's day began."""
    day = moment.astimezone(timezone.get_default_timezone())
    return datetime.combine(day.date(), time.min, tzinfo=day.tzinfo).astimezone(UTC)


def visited(pieces: Iterable[Span], slices: Sequence[Slice], whole: Iterable[tuple[Slice, int]]) -> Visited:
    """A piece by its day, if that is told as a ``whole``; else by the slice that knows the most of it, and rows."""
    days = list(whole)
    found = Visited(told=[Told(each, 0, slot) for each, slot in days])
    for piece in pieces:
        if not any(piece.start <= each.middle < piece.end for each, _ in days):
            _in_part(piece, slices, found)
    return found


def _in_part(piece: Span, slices: Iterable[Slice], found: Visited) -> None:
    midnight = midnight_before(piece.start)
    hour, odd = divmod(piece.start - midnight, HOUR)
    knowing = [each for each in slices if each.visitors_since == midnight and piece.start < each.end <= piece.end]
    best = max(knowing, key=lambda each: each.end, default=None)
    known = piece.start
    if best and not odd:
        found.told.append(Told(best, hour, piece.slot))
        known = best.end
    if known < piece.end:
        found.left.append(Piece(piece.start, known, piece.end, piece.slot))
