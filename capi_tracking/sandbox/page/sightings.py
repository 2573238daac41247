"""The ledger's hits as events: the copies of one event together, and what Meta makes of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..ledger import Record

JOINED_BY = {
    "event_id": "one id",
    "fbp": "the visitor's fbp, without a shared id",
    "external_id": "the visitor's external_id, without a shared id",
    "in store": "the purchase in a store",
}


@dataclass(slots=True)
class Sighting:
    """One event: all copies that Meta takes for it, oldest first. ``is_late``: an earlier copy was too old to join."""

    is_late: bool = False
    copies: list[Record] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.copies[0]["event_name"])

    @property
    def number(self) -> int:
        """Its newest copy's: the higher, the later."""
        number = self.copies[-1]["number"]
        return number if isinstance(number, int) else 0

    @property
    def kind(self) -> str:
        """``pairs``, ``browser`` or ``server``: the name of the filter that shows it."""
        channels = {str(hit["channel"]) for hit in self.copies}
        return channels.pop() if len(channels) == 1 else "pairs"

    def count(self, channel: str) -> int:
        """How many copies came on it."""
        return sum(hit["channel"] == channel for hit in self.copies)

    @property
    def verdict(self) -> str:
        """What Meta makes of it, in a sentence."""
        if self.is_late:
            return "Counted again: an earlier copy came more than 48 hours before"
        counted = [str(hit["channel"]) for hit in self.copies if hit["counted"]]
        if len(counted) != 1:
            return f"Counted {len(counted)} times" if counted else "Its counted copy is forgotten by now"
        if len(self.copies) == 1:
            return f"Counted, from the {self.kind} alone{'' if self.copies[0]['event_id'] else ', without an id'}"
        return f"Counted once: the {counted[0]}'s copy"


def find_sightings(hits: Iterable[Record], groups: Iterable[Record]) -> list[Sighting]:
    """All events, the one that was last heard of first."""
    late = {group["number"] for group in groups if group["late"]}
    found: dict[object, Sighting] = {}
    for hit in hits:
        found.setdefault(hit["group"], Sighting(hit["group"] in late)).copies.append(hit)
    return sorted(found.values(), key=lambda one: -one.number)


def names_of(sightings: Sequence[Sighting]) -> list[tuple[str, int]]:
    """Each event name and how many events have it, the most frequent first."""
    return Counter(one.name for one in sightings).most_common()


def fate(hit: Record) -> str:
    """Whether Meta keeps this copy, and what it was recognised by if not."""
    if hit["counted"]:
        return "Meta counts this copy"
    return f"dropped: joined by {JOINED_BY.get(str(hit['why']), str(hit['why']) or 'its group')}"
