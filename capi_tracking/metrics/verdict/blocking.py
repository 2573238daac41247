"""Whether browsers block the pixel more often than they did: many always do, and nobody can mend that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from ..counting.facts import Fact, Proof, total
from ..values import Money, Share, money
from ..window import Window

ENOUGH = 20  # sales, before and since
MANY_PERCENT = 25
RISE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocking:
    """``share``: the sales since then whose copy was blocked; ``before``: of those until then."""

    since: datetime
    share: Share
    before: Share
    money: tuple[Money, ...]

    @property
    def is_rise(self) -> bool:
        """Many now, twice as many as before, and enough sales on both sides to say so."""
        share, before = self.share, self.before
        is_enough = min(share.whole, before.whole) >= ENOUGH and share.part * 100 > MANY_PERCENT * share.whole
        return is_enough and share.part * before.whole >= RISE * before.part * share.whole

    @property
    def contrast(self) -> Fraction:
        return Fraction(self.share.part, self.share.whole) - Fraction(self.before.part, self.before.whole)


def risen(window: Window, now: Iterable[Fact], before: Iterable[Fact]) -> Blocking | None:
    """Since the part of the window that the times before and after differ most at, if they differ enough at any.

    ``before``: of the parts that stand before the window's.
    """
    sales, earlier = _sales(now), _sales(before)
    found = [_since(start, slot, sales, earlier) for slot, start in enumerate(window.parts)]
    return max((each for each in found if each.is_rise), key=lambda each: each.contrast, default=None)


def _since(start: datetime, slot: int, sales: list[Fact], earlier: list[Fact]) -> Blocking:
    late = [fact for fact in sales if fact.slot >= slot]
    until = [*earlier, *(fact for fact in sales if fact.slot < slot)]
    worth = money((fact.currency, fact.money) for fact in late if fact.proof == Proof.PROVED)
    return Blocking(since=start, share=_blocked(late), before=_blocked(until), money=worth)


def _sales(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.is_order and fact.is_website and fact.is_sent]


def _blocked(sales: list[Fact]) -> Share:
    return Share(total(fact for fact in sales if fact.proof == Proof.PROVED), total(sales))
