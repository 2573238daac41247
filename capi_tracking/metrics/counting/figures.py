"""What a span of time adds up to: facts about events, and tallies of what stands beside them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices

from .columns import SUMS
from .facts import Fact

DIMENSIONS = tuple(each.name for each in fields(Fact) if each.name not in SUMS)
TALLIED = ("count", "money", "clicked")


class Kind(TextChoices):
    """What a tally counts."""

    KEY = "key"  # sent website events that carry the match key ``name``
    VISITORS = "visitors"  # visitor-days
    CAMPAIGN = "campaign"  # sales by campaign ``name``, of new or ``returning`` customers
    REUSED = "reused"  # receipts of an id that another visitor told of before


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """``count`` of a kind in a part of the window; of sales also what they are worth and how many carry a click id."""

    kind: str
    event_name: str
    slot: int = 0
    name: str = ""
    returning: bool = False
    currency: str = ""
    count: int = 0
    money: Decimal | None = None
    clicked: int = 0


PLACE = tuple(each.name for each in fields(Tally) if each.name not in TALLIED)


@dataclass(frozen=True, slots=True)
class Figures:
    facts: list[Fact] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(self.facts + other.facts, self.tallies + other.tallies)

    def of(self, kind: str) -> list[Tally]:
        return [tally for tally in self.tallies if tally.kind == kind]

    def of_event(self, name: str) -> "Figures":
        """Of one event alone; "" is all."""
        facts, tallies = self.facts, self.tallies
        return (
            Figures([f for f in facts if f.event_name == name], [t for t in tallies if t.event_name == name])
            if name
            else self
        )

    def moved(self, slot: int) -> "Figures":
        """All in one part of the window."""
        return Figures(
            [replace(fact, slot=slot) for fact in self.facts], [replace(tally, slot=slot) for tally in self.tallies]
        )


def summed(groups: Iterable[Mapping[str, Any]], place: tuple[str, ...], sums: tuple[str, ...]) -> list[dict[str, Any]]:
    """Groups that are alike in ``place`` as one. Nothing and nothing is nothing, not zero."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for group in groups:
        alike = found.setdefault(tuple(group[name] for name in place), dict.fromkeys(sums))
        for name in sums:
            if group[name] is not None:
                alike[name] = group[name] if alike[name] is None else alike[name] + group[name]
    return [dict(zip(place, key, strict=True)) | each for key, each in found.items()]


def keys_carried(groups: Iterable[Mapping[str, Any]]) -> list[Tally]:
    """How many of the groups' events carry each match key."""
    counts: dict[tuple[str, int, str], int] = defaultdict(int)
    for group in groups:
        for name in group["match_keys"].split():
            counts[group["event_name"], group["slot"], name] += group["count"]
    return [
        Tally(kind=Kind.KEY, event_name=of, slot=slot, name=name, count=n) for (of, slot, name), n in counts.items()
    ]
