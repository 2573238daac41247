"""Pieces of time, as conditions and as numbers of the parts that they are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Case, Q, SmallIntegerField, Value, When


class Span(NamedTuple):
    """From ``start`` up to ``end``; ``slot`` is the number of the part of the window that it belongs to."""

    start: datetime
    end: datetime
    slot: int = 0


class Piece(NamedTuple):
    """Of a day from ``start`` to ``end``; who came before ``known`` is told already."""

    start: datetime
    known: datetime
    end: datetime
    slot: int


def numbered(spans: Iterable[Span]) -> list[Span]:
    """Each of its own slot, by its place."""
    return [span._replace(slot=number) for number, span in enumerate(spans)]


def within(field: str, spans: Iterable[Span]) -> Q:
    """In any of the spans; those that touch are one range, which an index leads to."""
    ranges = [Q(**{f"{field}__gte": start, f"{field}__lt": end}) for start, end in joined(spans)]
    return reduce(or_, ranges, Q()) if ranges else Q(pk__in=[])


def joined(spans: Iterable[Span]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end, _ in sorted(spans):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def slot_of(field: str, spans: Sequence[Span]) -> Case | Value:
    """The part's number. Compared with the ends: MariaDB's own zones may be missing, SQLite's are slow."""
    ordered = sorted(spans)
    cases = [When(**{f"{field}__lt": span.end}, then=Value(span.slot)) for span in ordered[:-1]]
    last = ordered[-1].slot if ordered else 0
    return Case(*cases, default=Value(last), output_field=SmallIntegerField())
