"""Sales that Meta has from one side alone, or counts twice, and what they are worth."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..counting.facts import Fact, Proof, total
from ..counting.figures import Figures, Kind
from ..counting.pairs import Pair
from ..values import Money, Share, money


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """``fresh``: of the count those with a click on an ad that was under seven days old."""

    count: int
    fresh: Share
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneSided:
    """Sales of the website. The first three, together ``server_only``, are what the server's copy recovered, by proof.

    ``late``: both copies came, more than 48 hours apart: Meta counts them twice. ``alone``: told by browsers, and the
    outbox knows nothing of them, nor of their money. ``reused``: receipts, of any event, of an id that another visitor told of
    before: pages are cached with their ids.
    """

    proved: Sales
    likely: Sales
    unknown: Sales
    late: Sales
    browser_only: Sales
    alone: Sales
    reused: int

    @property
    def server_only(self) -> int:
        return self.proved.count + self.likely.count + self.unknown.count


def one_sided(figures: Figures) -> OneSided:
    sales = [fact for fact in figures.facts if fact.is_order and fact.is_website]
    return OneSided(
        **{proof.value: _sales(fact for fact in sales if fact.proof == proof) for proof in Proof},
        late=_sales(fact for fact in sales if fact.pair == Pair.LATE),
        browser_only=_sales(fact for fact in sales if fact.pair == Pair.BROWSER and not fact.is_alone),
        alone=_sales(fact for fact in sales if fact.is_alone),
        reused=sum(tally.count for tally in figures.of(Kind.REUSED)),
    )


def _sales(facts: Iterable[Fact]) -> Sales:
    facts = list(facts)
    count = total(facts)
    return Sales(
        count=count,
        fresh=Share(sum(fact.clicked for fact in facts), count),
        money=money((fact.currency, fact.money) for fact in facts),
    )
