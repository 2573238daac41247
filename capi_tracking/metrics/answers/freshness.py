"""How long website events take to Meta. Under an hour is good, over two hurts, over a day is lost to attribution."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from ..counting.columns import NO_DELAY
from ..counting.delays import LIMITS
from ..counting.facts import Fact
from ..values import Share


@dataclass(frozen=True, slots=True)
class Bar:
    """So many of all took that long, and longer than the bar before."""

    label: str
    share: Share


@dataclass(frozen=True, slots=True)
class Freshness:
    """``counts``: events by delay, one for each of LIMITS and one for what took longer."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The histogram: each bucket with its limit; that of the last is what took longer than a day."""
        labels = [*map(str, LIMITS.values()), str(_("longer"))]
        return tuple(Bar(label, Share(count, self.total)) for label, count in zip(labels, self.counts, strict=True))

    def share_within(self, limit: timedelta) -> Share:
        """Of all events those that took no longer than that one of LIMITS."""
        return Share(sum(self.counts[: list(LIMITS).index(limit) + 1]), self.total)

    @property
    def half(self) -> str:
        return self.within(50)

    @property
    def most(self) -> str:
        return self.within(95)

    def within(self, percent: int) -> str:
        """The first limit that holds so many percent of the events; "" if none does, or if there are no events."""
        held = 0
        for label, count in zip(LIMITS.values(), self.counts, strict=False):
            held += count
            if held and held * 100 >= percent * self.total:
                return str(label)
        return ""


def freshness(facts: Iterable[Fact]) -> Freshness:
    """Of what was sent from the website."""
    counts = Counter[int]()
    for fact in facts:
        if fact.delay != NO_DELAY:
            counts[fact.delay] += fact.count
    return Freshness(tuple(counts[number] for number in range(len(LIMITS) + 1)))
