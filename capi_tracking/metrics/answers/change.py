"""Each card against the same weekdays before. What is not over yet, today or this hour, counts on neither side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..counting.facts import Fact
from .freshness import freshness
from .sales import delivered, match_keys, orders, overlap

HOUR = timedelta(hours=1)  # within it, Meta calls an event fresh


@dataclass(frozen=True, slots=True)
class Change:
    """A count or a percentage then and now; None where there is nothing to tell."""

    now: int | None
    before: int | None

    @property
    def difference(self) -> int | None:
        """Of percentages in points."""
        return None if self.now is None or self.before is None else self.now - self.before

    @property
    def percent(self) -> int | None:
        """By how much it grew; of counts alone. None where there was nothing before."""
        return round(100 * (self.difference or 0) / self.before) if self.before and self.now is not None else None

    @property
    def fall(self) -> int:
        """By how much it fell; 0 if it did not."""
        return max(-(self.difference or 0), 0)

    @property
    def percent_fall(self) -> int:
        return max(-(self.percent or 0), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """``orders``, ``withheld`` and ``lost`` are counts, all else are percentages; ``fresh``: within an hour."""

    orders: Change
    withheld: Change
    lost: Change
    delivered: Change
    overlap: Change
    match_keys: Change
    fresh: Change


def changes(now: Sequence[Fact], before: Sequence[Fact], *, event: str = "") -> Changes:
    """``event``: the one that both are of, though it may be no order's."""
    both = [_cards(facts, event) for facts in (now, before)]
    return Changes(**{name: Change(both[0][name], both[1][name]) for name in both[0]})


def _cards(facts: Sequence[Fact], event: str) -> dict[str, int | None]:
    sold, keys = orders(facts, event=event), match_keys(facts)
    return {
        "orders": sold.sent,
        "withheld": sold.withheld,
        "lost": sold.lost,
        "delivered": delivered(facts).so_far.percent,
        "overlap": overlap(fact for fact in facts if fact.is_order or event).share.percent,
        "match_keys": keys.orders if keys.orders is not None or not event else keys.pages,
        "fresh": freshness(facts).share_within(HOUR).percent,
    }
