"""Which match keys the events carried, which were refused and why: by event and key, over time, after redaction too."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, F, QuerySet
from django.db.models.lookups import GreaterThan

from ... import readiness
from ..counting.scan import Asked
from ..counting.spans import Span, slot_of
from ..keys import MatchKey
from ..values import Share
from ..window import Window

MOST_GROUPS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One key of one event. ``over_time``: its share in each part of the window. ``reasons``: of what was refused."""

    key: MatchKey
    weight: int
    share: Share
    refused: int
    reasons: Mapping[str, int]
    over_time: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedBy:
    """All keys of one event, the weightiest first."""

    event_name: str
    count: int
    keys: tuple[Carried, ...]


class _Group(NamedTuple):
    event_name: str
    slot: int
    key_bits: int
    refused_bits: int
    events: int


Reasons = Mapping[tuple[str, str], Counter[str]]


def carried(window: Window, asked: Asked) -> tuple[CarriedBy, ...]:
    """Of each event with anything to tell, the busiest first. Two queries; rows older than the columns are left out."""
    rows = asked.events.filter(event_time__gte=window.start, event_time__lt=window.end, key_bits__isnull=False)
    groups, reasons = _groups(rows, window), _reasons(rows)
    counts = Counter[str]()
    for group in groups:
        counts[group.event_name] += group.events
    return tuple(
        _of_event(name, [group for group in groups if group.event_name == name], reasons, len(window.parts))
        for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _groups(rows: QuerySet[Any], window: Window) -> list[_Group]:
    spans = [
        Span(start, end, slot) for slot, (start, end) in enumerate(zip(window.edges, window.edges[1:], strict=False))
    ]
    names = ("event_name", "slot", "key_bits", "refused_bits")
    slots = rows.annotate(slot=slot_of("event_time", spans)).order_by()
    return [_Group(*each) for each in slots.values(*names).annotate(count=Count("pk")).values_list(*names, "count")]


def _reasons(rows: QuerySet[Any]) -> Reasons:
    """The notes are few sentences in few combinations: the most frequent ones say enough."""
    refused = rows.filter(GreaterThan(F("refused_bits"), 0)).order_by()
    found: dict[tuple[str, str], Counter[str]] = {}
    for name, notes, count in (
        refused.values("event_name", "notes")
        .annotate(count=Count("pk"))
        .order_by("-count")
        .values_list("event_name", "notes", "count")[:MOST_GROUPS]
    ):
        for note in notes.split("; "):
            key, _, reason = note.partition(": ")
            found.setdefault((name, key), Counter())[reason] += count
    return found


def _of_event(name: str, groups: list[_Group], reasons: Reasons, parts: int) -> CarriedBy:
    whole = Counter[int]()
    for group in groups:
        whole[group.slot] += group.events
    weights = sorted(readiness.weights().items(), key=lambda item: -item[1])
    return CarriedBy(
        event_name=name,
        count=whole.total(),
        keys=tuple(
            _of_key(key, weight, groups, [whole[slot] for slot in range(parts)], reasons.get((name, key), {}))
            for key, weight in weights
            if weight
        ),
    )


def _of_key(key: str, weight: int, groups: Iterable[_Group], wholes: list[int], reasons: Mapping[str, int]) -> Carried:
    bit, there, refused = readiness.BITS[key], Counter[int](), 0
    for group in groups:
        there[group.slot] += group.events if group.key_bits & bit else 0
        refused += group.events if group.refused_bits & bit else 0
    return Carried(
        key=MatchKey(key),
        weight=weight,
        share=Share(there.total(), sum(wholes)),
        refused=refused,
        reasons=dict(reasons),
        over_time=tuple(Share(there[slot], whole) for slot, whole in enumerate(wholes)),
    )
