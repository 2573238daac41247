"""What is at stake before somebody acts on many events: how many, of what worth."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Value, When

from ...models.verbs.byhand import MAY
from ...models.verbs.outbox import OutboxQuerySet
from ..values import Money, money

MOST_WEIGHED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """``chosen`` events, of which the act changes ``able``. Of these: the worth of the sales, and the first deadline.

    ``is_more``: there are more than were weighed.
    """

    chosen: int
    able: int
    money: tuple[Money, ...]
    first_deadline_at: datetime | None
    is_more: bool


def stake(rows: OutboxQuerySet, verb: str) -> Stake:
    """Of up to 20,000 of the rows. One query."""
    is_able = Case(When(MAY[verb], then=Value(value=True)), default=Value(value=False))
    columns = ("is_able", "order_key", "currency", "value", "deadline_at")
    found = list(rows.order_by().annotate(is_able=is_able).values_list(*columns)[: MOST_WEIGHED + 1])
    able = [each for each in found[:MOST_WEIGHED] if each[0]]
    return Stake(
        chosen=min(len(found), MOST_WEIGHED),
        able=len(able),
        money=money((currency, value) for _able, order_key, currency, value, _deadline in able if order_key),
        first_deadline_at=min((each[4] for each in able), default=None),
        is_more=len(found) > MOST_WEIGHED,
    )
