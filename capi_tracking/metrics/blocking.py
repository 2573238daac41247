"""Whether browsers block the pixel more often than they did: many always do, and nobody can mend that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .facts import Fact, Proof, total
from .values import Money, Share, money
from .window import Window

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


def risen(window: Window, now: Iterable[Fact], before: Iterable[Fact]) -> Blocking | None:
    """Since which part of the window, if since any; ``before``: of the parts that stand before the window's."""
    sales, earlier = _sales(now), _sales(before)
    for slot, since in enumerate(window.parts):
        late = [fact for fact in sales if fact.slot >= slot]
        share, until = _blocked(late), _blocked([*earlier, *(fact for fact in sales if fact.slot < slot)])
        if min(share.whole, until.whole) >= ENOUGH and _is_rise(share, until):
            worth = money((fact.currency, fact.money) for fact in late if fact.proof == Proof.PROVED)
            return Blocking(since=since, share=share, before=until, money=worth)
    return None


def _is_rise(share: Share, before: Share) -> bool:
    is_twice = share.part * before.whole >= RISE * before.part * share.whole
    return share.part * 100 > MANY_PERCENT * share.whole and is_twice


def _sales(facts: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.is_order and fact.is_website and fact.is_sent]


def _blocked(sales: list[Fact]) -> Share:
    return Share(total(fact for fact in sales if fact.proof == Proof.PROVED), total(sales))
