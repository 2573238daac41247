"""What a comparison adds up to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .judging import Judgement, Outcome

NOTHING = Decimal(0)


@dataclass(slots=True)
class Report:
    """Sales by outcome, differences by kind, and what was mended, by what it is now.

    ``ordered`` and ``told``: sums by currency, of the orders that were read and of what was sent of them.
    ``is_complete``: all was compared; else the next run goes on.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    ordered: dict[str, Decimal] = field(default_factory=dict)
    told: dict[str, Decimal] = field(default_factory=dict)
    is_complete: bool = False

    @property
    def sales(self) -> int:
        return self.outcomes.total()

    def add(self, judgements: Iterable[Judgement]) -> None:
        for judgement in judgements:
            self._add(judgement)

    def _add(self, judgement: Judgement) -> None:
        told = judgement.told
        if judgement.kind:
            self.kinds[judgement.kind] += 1
        if judgement.mended:
            self.mended[judgement.mended] += 1
        if judgement.outcome is None:
            return
        self.outcomes[judgement.outcome] += 1
        _sum(self.ordered, judgement.currency, judgement.value)
        if told and judgement.outcome == Outcome.SENT:
            _sum(self.told, told.currency, told.value)

    def as_json(self) -> dict[str, Any]:
        """Money as text, which no JSON reader rounds."""
        return {
            "sales": self.sales,
            "outcomes": dict(self.outcomes),
            "kinds": dict(self.kinds),
            "mended": dict(self.mended),
            "ordered": {currency: str(amount) for currency, amount in self.ordered.items()},
            "told": {currency: str(amount) for currency, amount in self.told.items()},
        }

    @classmethod
    def from_json(cls, counts: Mapping[str, Any]) -> "Report":
        """A report that is gone on with."""
        return cls(
            outcomes=Counter(counts.get("outcomes", {})),
            kinds=Counter(counts.get("kinds", {})),
            mended=Counter(counts.get("mended", {})),
            ordered=_decimals(counts.get("ordered", {})),
            told=_decimals(counts.get("told", {})),
        )


def _sum(sums: dict[str, Decimal], currency: str, amount: Decimal | None) -> None:
    if currency and amount is not None:
        sums[currency] = sums.get(currency, NOTHING) + amount


def _decimals(texts: Mapping[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(text) for currency, text in texts.items()}
