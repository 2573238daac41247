"""One e-mail, phone or customer number on many orders: a placeholder of the shop's own that no list could know."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from ...models import OutboxEvent
from ..keys import MatchKey
from ..window import Window

MOST_PERCENT = 10
ENOUGH_ORDERS = 20
_COLUMNS = {"em": "email_key", "ph": "phone_key", "external_id": "external_key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """``count`` of ``orders`` have the same value for that key. Which value it is stays unknown."""

    key: MatchKey
    count: int
    orders: int


def repeated(window: Window, *, using: str, pixel: str = "") -> tuple[Repeated, ...]:
    """Keys of which one value is on more than a tenth of the window's orders, if there are 20. At most four queries."""
    rows = OutboxEvent.objects.using(using).filter(
        event_time__gte=window.start, event_time__lt=window.end, is_test=False
    )
    rows = rows.filter(order_key__isnull=False, event_name="Purchase")
    rows = rows.filter(pixel=pixel) if pixel else rows
    orders = rows.count()
    return tuple(_found(rows, orders)) if orders >= ENOUGH_ORDERS else ()


def _found(rows: "QuerySet[OutboxEvent]", orders: int) -> Iterator[Repeated]:
    for key, column in _COLUMNS.items():
        groups = rows.filter(**{f"{column}__isnull": False}).order_by().values(column).annotate(total=Count("pk"))
        most = groups.order_by("-total").values_list("total", flat=True).first() or 0
        if most * 100 > MOST_PERCENT * orders:
            yield Repeated(key=MatchKey(key), count=most, orders=orders)
