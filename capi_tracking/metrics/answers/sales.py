"""The cards: what became of the orders, how much was delivered, paired and matched. Pure: facts in, numbers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..counting.differences import UNRECORDED
from ..counting.facts import Fact, by_event, total
from ..counting.pairs import Pair
from ..values import Money, Share, money
from ..window import Window

GOOD_OVERLAP = 75  # Meta's own goal for event coverage
POOR_OVERLAP = 50
ENOUGH_TO_JUDGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Order events, one per order and pixel. The shares are of ``settled``: what waits is no loss yet.

    ``unrecorded``: those of ``lost`` that no row tells of, as far as the last comparison with the orders found.
    """

    sent: int
    withheld: int
    lost: int
    browser_only: int
    waiting: int
    unrecorded: int
    money_sent: tuple[Money, ...]
    money_lost: tuple[Money, ...]
    money_unrecorded: tuple[Money, ...] = ()
    money_browser_only: tuple[Money, ...] = ()

    @property
    def settled(self) -> int:
        return self.sent + self.withheld + self.lost + self.browser_only

    @property
    def lost_share(self) -> Share:
        return Share(self.lost, self.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """``ripe``: sent, of all rows older than an hour that should go. ``so_far``: the same of rows of any age."""

    ripe: Share
    so_far: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Copies that Meta can pair, of those that browsers handed over (Meta's definition of coverage)."""

    share: Share
    late: int

    @property
    def level(self) -> str:
        """good, warn or bad; grey where there are too few to judge."""
        percent = self.share.percent
        if percent is None or self.share.whole < ENOUGH_TO_JUDGE:
            return "grey"
        if percent >= GOOD_OVERLAP:
            return "good"
        return "warn" if percent >= POOR_OVERLAP else "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchKeys:
    """Mean share of the match keys that sent events carry, in percent: our heuristic, not Meta's score."""

    orders: int | None
    pages: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Website events by the side that Meta got them from. ``alone``: of ``browser_only`` those without an event here."""

    both: int
    server_only: int
    browser_only: int
    alone: int
    late: int

    @property
    def total(self) -> int:
        return self.both + self.server_only + self.browser_only

    @property
    def overlap(self) -> Share:
        return Share(self.both, self.both + self.browser_only)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    event_name: str
    sent: int
    sides: Sides
    waiting: int
    withheld: int
    lost: int
    match: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One hour or day of the window."""

    start: datetime
    sides: Sides


def orders(facts: Iterable[Fact], *, event: str = "") -> Orders:
    """``event``: of this one, though it may be no order's."""
    of_orders = [fact for fact in facts if fact.status and (fact.event_name == event if event else fact.is_order)]
    sent = [fact for fact in of_orders if fact.is_sent]
    lost = [fact for fact in of_orders if fact.is_lost]
    unrecorded = [fact for fact in lost if fact.status == UNRECORDED]
    browser_only = [fact for fact in of_orders if fact.is_browser_only_by_time]
    return Orders(
        sent=total(sent),
        withheld=total(fact for fact in of_orders if fact.is_withheld),
        lost=total(lost),
        browser_only=total(browser_only),
        waiting=total(fact for fact in of_orders if fact.is_waiting),
        unrecorded=total(unrecorded),
        money_sent=money((fact.currency, fact.money) for fact in sent),
        money_lost=money((fact.currency, fact.money) for fact in lost),
        money_unrecorded=money((fact.currency, fact.money) for fact in unrecorded),
        money_browser_only=money((fact.currency, fact.money) for fact in browser_only),
    )


def delivered(facts: Iterable[Fact]) -> Delivered:
    should_go = [fact for fact in facts if fact.status and not fact.is_withheld]
    ripe = [fact for fact in should_go if fact.is_ripe]
    return Delivered(ripe=_sent_of(ripe), so_far=_sent_of(should_go))


def overlap(facts: Iterable[Fact]) -> Overlap:
    seen = [fact for fact in facts if fact.is_website and fact.in_browser]
    both = total(fact for fact in seen if fact.pair == Pair.BOTH)
    return Overlap(share=Share(both, total(seen)), late=total(fact for fact in seen if fact.pair == Pair.LATE))


def match_keys(facts: Sequence[Fact]) -> MatchKeys:
    return MatchKeys(
        orders=_mean_score(fact for fact in facts if fact.is_order),
        pages=_mean_score(fact for fact in facts if not fact.is_order),
    )


def sides(facts: Iterable[Fact]) -> Sides:
    """A late pair counts on either side alone: that is how Meta counts it."""
    of_site = [fact for fact in facts if fact.is_website]
    both = total(fact for fact in of_site if fact.pair == Pair.BOTH)
    return Sides(
        both=both,
        server_only=total(fact for fact in of_site if fact.is_sent) - both,
        browser_only=total(fact for fact in of_site if fact.in_browser) - both,
        alone=total(fact for fact in of_site if fact.is_alone),
        late=total(fact for fact in of_site if fact.pair == Pair.LATE),
    )


def event_lines(facts: Iterable[Fact], limit: int) -> tuple[EventLine, ...]:
    """The events by name, the busiest first."""
    named = sorted(by_event(facts).items(), key=lambda item: (-total(item[1]), item[0]))
    return tuple(_event_line(name, group) for name, group in named[:limit])


def parts(facts: Sequence[Fact], window: Window) -> tuple[Part, ...]:
    return tuple(
        Part(start=start, sides=sides(fact for fact in facts if fact.slot == number))
        for number, start in enumerate(window.parts)
    )


def _event_line(name: str, facts: list[Fact]) -> EventLine:
    return EventLine(
        event_name=name,
        sent=total(fact for fact in facts if fact.is_sent),
        sides=sides(facts),
        waiting=total(fact for fact in facts if fact.is_waiting),
        withheld=total(fact for fact in facts if fact.is_withheld),
        lost=total(fact for fact in facts if fact.is_lost),
        match=_mean_score(facts),
    )


def _sent_of(facts: list[Fact]) -> Share:
    return Share(total(fact for fact in facts if fact.is_sent), total(facts))


def _mean_score(facts: Iterable[Fact]) -> int | None:
    scored = [fact for fact in facts if fact.is_sent and fact.is_website and fact.scored]
    count = sum(fact.scored for fact in scored)
    return round(sum(fact.score or 0 for fact in scored) / count) if count else None
