"""Small answers that several questions share."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str


def money(sums: Iterable[tuple[str, Decimal | None]]) -> tuple[Money, ...]:
    """One sum per currency, the largest first; what has no currency or no value is left out."""
    totals: dict[str, Decimal] = {}
    for currency, amount in sums:
        if currency and amount:
            totals[currency] = totals.get(currency, Decimal(0)) + amount
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    return tuple(Money(amount.quantize(CENT), currency) for currency, amount in ordered)


def merged(*several: Iterable[Money]) -> tuple[Money, ...]:
    """All of them, each currency once."""
    return money((each.currency, each.amount) for sums in several for each in sums)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Rounded down, so that 100 means all; None of nothing."""
        return 100 * self.part // self.whole if self.whole else None
