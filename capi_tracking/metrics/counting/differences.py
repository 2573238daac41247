"""What the last comparison of orders and outbox found, as groups that stand below the outbox's own in one query."""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DecimalField,
    F,
    QuerySet,
    Sum,
    Value,
    When,
)

from ...models import DifferenceKind as Kind
from ...models import OrderDifference
from .columns import grouped, number, text
from .pairs import Pair

# In the place of a status:
UNRECORDED = "unrecorded"  # a sale that has no row
DRIFT = Kind.DRIFT.value  # of a sale whose row is counted too
UNREADABLE = Kind.UNREADABLE.value  # of an order that may be a sale
NO_EVENT = frozenset({DRIFT, UNREADABLE})

# Of drifts, by how much the order is worth more than was told; all of it, where that was in another currency.
_MONEY = Case(
    When(kind=Kind.DRIFT, currency=F("sent_currency"), then=F("value") - F("sent_value")),
    default=F("value"),
    output_field=DecimalField(max_digits=19, decimal_places=4),
)
_STATUS = Case(
    When(kind__in=(Kind.DRIFT, Kind.UNREADABLE), then=F("kind")),
    default=Value(UNRECORDED),
    output_field=CharField(),
)


def differences(rows: "QuerySet[OrderDifference]", slot: Any, is_order: Case) -> QuerySet[Any]:
    """The differences as groups. A sale that was recorded since is none any more."""
    told = rows.unrecorded() | rows.filter(kind__in=(Kind.DRIFT, Kind.UNREADABLE))  # type: ignore[attr-defined]
    return grouped(
        told,
        slot=slot,
        status=_STATUS,
        currency=F("currency"),
        pair=text(Pair.NEITHER),
        is_order=is_order,
        is_ripe=number(1),
        sums={"count": Count("id"), "money": Sum(_MONEY)},
    )
