"""Looking without touching: a page of orders with what became of each, and what a backfill would find."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from ..models import DifferenceKind as Kind
from .judging import Judgement
from .report import Report
from .stages import Position, Step, steps

SIZE = 50  # orders that are read at once
ENOUGH = 100  # sales on a page; what is left of a batch is there too
MOST_BATCHES = 100
LONGEST = 3.0  # seconds
FIRST = 20

Wanted = Callable[[Judgement], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``report``: of all that was looked through for it. ``position``: where the next page begins; None after the last."""

    judgements: tuple[Judgement, ...]
    report: Report
    position: Position | None


@dataclass(slots=True, kw_only=True)
class Trial:
    """What a backfill would record: ``money`` by currency, the ``first`` of them. ``report`` knows if all was seen."""

    report: Report = field(default_factory=Report)
    money: dict[str, Decimal] = field(default_factory=dict)
    first: list[Judgement] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return self.report.kinds[Kind.NEVER_RECORDED]

    def see(self, judgements: Iterable[Judgement]) -> None:
        self.report.add(judgements)
        for judgement in judgements:
            if judgement.kind == Kind.NEVER_RECORDED:
                self.first = [*self.first, judgement][:FIRST]
                if judgement.value is not None and judgement.currency:
                    sum_so_far = self.money.get(judgement.currency, Decimal(0))
                    self.money[judgement.currency] = sum_so_far + judgement.value


def read(since: datetime, until: datetime, *, after: Position | None, wanted: Wanted) -> Page:
    """About a hundred sales of [since, until) that are wanted, from behind ``after`` on.

    At most 5,000 orders, or three seconds, are looked through.
    """
    found: list[Judgement] = []
    report, ends_at = Report(), time.monotonic() + LONGEST
    for number, step in enumerate(_steps(since, until, after, SIZE), 1):
        report.add(step.judgements)
        found += sorted(filter(wanted, step.judgements), key=_time)
        if len(found) >= ENOUGH or number == MOST_BATCHES or time.monotonic() > ends_at:
            return Page(judgements=tuple(found), report=report, position=step.position)
    report.is_complete = True
    return Page(judgements=tuple(found), report=report, position=None)


def try_out(since: datetime, until: datetime, *, budget: timedelta) -> Trial:
    """A comparison that writes nothing and keeps nothing, as far as it comes in that time."""
    trial, ends_at = Trial(), time.monotonic() + budget.total_seconds()
    for step in _steps(since, until, None, None):
        trial.see(step.judgements)
        if time.monotonic() > ends_at:
            return trial
    trial.report.is_complete = True
    return trial


def _time(judgement: Judgement) -> float:
    return judgement.when.timestamp() if judgement.when else 0.0


def _steps(since: datetime, until: datetime, after: Position | None, size: int | None) -> Iterator[Step]:
    return steps(since, min(until, timezone.now()), mends=False, position=after, size=size)
