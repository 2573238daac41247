"""What the buyers of the orders had decided."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ...consent import ConsentState
from ..counting.facts import Fact
from ..values import Share
from ..window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Of the order events of a time."""

    granted: Share
    limited: Share
    denied: Share
    unknown: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPart:
    start: datetime
    consents: Consents


def consents(facts: Iterable[Fact]) -> Consents:
    counts = Counter[str]()
    for fact in facts:
        if fact.is_order and fact.consent:
            counts[fact.consent] += fact.count
    return Consents(**{state.value: Share(counts[state], counts.total()) for state in ConsentState})


def consent_parts(facts: Sequence[Fact], window: Window) -> tuple[ConsentPart, ...]:
    """The trend: one for each part of the window."""
    return tuple(
        ConsentPart(start=start, consents=consents(fact for fact in facts if fact.slot == number))
        for number, start in enumerate(window.parts)
    )
