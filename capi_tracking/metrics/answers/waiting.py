"""What is recorded and not yet sent, whatever its age: how much, since when, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, DecimalField, F, Min, Sum, When

from ...models import OutboxEvent, Status
from ..counting.facts import is_order
from ..values import Money, money


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Rows of one pixel, event, state and currency. ``money`` is of sales alone: a page view's price is nobody's loss."""

    pixel: str
    event_name: str
    status: str
    currency: str
    count: int
    oldest_at: datetime
    first_deadline_at: datetime
    money: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    count: int = 0
    held: int = 0
    oldest_at: datetime | None = None
    first_deadline_at: datetime | None = None
    money: tuple[Money, ...] = ()


def backlog(*, pixel: str, using: str) -> list[Backlog]:
    """One query, of the rows that wait alone."""
    rows = OutboxEvent.objects.using(using).waiting()
    if pixel:
        rows = rows.filter(pixel=pixel)
    value_of_sale = Case(When(is_order(), then=F("value")), output_field=DecimalField(max_digits=19, decimal_places=4))
    groups = (
        rows.order_by()
        .values("pixel", "event_name", "status", "currency")
        .annotate(
            count=Count("id"),
            oldest_at=Min("created_at"),
            first_deadline_at=Min("deadline_at"),
            money=Sum(value_of_sale),
        )
    )
    return [Backlog(**group) for group in groups]


def waiting(backlogs: Iterable[Backlog]) -> Waiting:
    """The backlogs as one."""
    backlogs = list(backlogs)
    return Waiting(
        count=sum(each.count for each in backlogs),
        held=sum(each.count for each in backlogs if each.status == Status.HELD),
        oldest_at=min((each.oldest_at for each in backlogs), default=None),
        first_deadline_at=min((each.first_deadline_at for each in backlogs), default=None),
        money=money((each.currency, each.money) for each in backlogs),
    )
