"""Which match keys the events carry: by event and key, of what was sent from the website."""

from collections import Counter
from dataclasses import dataclass

from ...readiness import WEIGHTS
from ..counting.facts import by_event, total
from ..counting.figures import Figures, Kind
from ..keys import MatchKey
from ..values import Share

KEYS = tuple(MatchKey(name) for name in WEIGHTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """``shares``: of the event's sent copies those that carry each of KEYS, in their order."""

    event_name: str
    shares: tuple[Share, ...]


def heat(figures: Figures, limit: int) -> tuple[Coverage, ...]:
    """The busiest events first."""
    carried = Counter[tuple[str, str]]()
    for tally in figures.of(Kind.KEY):
        carried[tally.event_name, tally.name] += tally.count
    of_site = by_event(fact for fact in figures.facts if fact.is_sent and fact.is_website)
    sent = {name: total(facts) for name, facts in of_site.items()}
    named = sorted(sent.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return tuple(
        Coverage(event_name=name, shares=tuple(Share(carried[name, key.name], count) for key in KEYS))
        for name, count in named
    )
