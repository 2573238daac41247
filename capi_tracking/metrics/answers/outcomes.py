"""What became of the events of each hour or day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ...models import Status
from ..counting.facts import Fact, total
from ..window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``sent`` with the first request, ``retried``: sent with a later one; what waits has no outcome yet."""

    start: datetime
    sent: int
    retried: int
    dead: int
    expired: int
    waiting: int

    @property
    def total(self) -> int:
        return self.sent + self.retried + self.dead + self.expired


def outcomes(facts: Sequence[Fact], window: Window) -> tuple[Outcome, ...]:
    """One for each part of the window."""
    return tuple(
        _outcome(start, [fact for fact in facts if fact.slot == number]) for number, start in enumerate(window.parts)
    )


def _outcome(start: datetime, facts: list[Fact]) -> Outcome:
    sent = [fact for fact in facts if fact.is_sent]
    retried = sum(fact.retried for fact in sent)
    return Outcome(
        start=start,
        sent=total(sent) - retried,
        retried=retried,
        dead=total(fact for fact in facts if fact.status == Status.DEAD),
        expired=total(fact for fact in facts if fact.status == Status.EXPIRED),
        waiting=total(fact for fact in facts if fact.is_waiting),
    )
