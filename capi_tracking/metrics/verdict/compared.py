"""What staff learn of the comparison of orders and outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..answers.sales import Orders
from ..counting.differences import DRIFT, UNREADABLE
from ..counting.facts import Fact, total
from ..values import Money, money

DRIFT_PERMILLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """``at``: when the last comparison ended, if that is known. ``drifted``: told with another value than the order has now.

    ``drift``: per currency, what the orders are worth more than Meta was told.
    """

    at: datetime | None
    unreadable: int
    drifted: int
    drift: tuple[Money, ...]


def compared(beside: Sequence[Fact], at: datetime | None) -> Compared:
    drifted = [fact for fact in beside if fact.status == DRIFT]
    return Compared(
        at=at,
        unreadable=total(fact for fact in beside if fact.status == UNREADABLE),
        drifted=total(drifted),
        drift=money((fact.currency, fact.money) for fact in drifted),
    )


def has_drifted(compared: Compared, orders: Orders) -> bool:
    """Whether in a currency the orders by now differ from what was sent by more than half a percent."""
    sent = {each.currency: each.amount for each in orders.money_sent}
    return any(1000 * abs(each.amount) > DRIFT_PERMILLE * sent.get(each.currency, 0) for each in compared.drift)
