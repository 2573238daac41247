"""A shop's week with faults of ten kinds in it, as many of each as asked: orders and rows, made without a signal."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count, cycle
from typing import Any

from django.utils import timezone

from capi_tracking.consent import ConsentState
from capi_tracking.models import DifferenceKind as Kind
from capi_tracking.models import OutboxEvent, Source, Status, deadline, outbox_key
from capi_tracking.orders.identity import event_id
from demo_project.shop.models import Order
from tests.sales import new_order

DAY = timedelta(days=1)
SLICE = 2_000
NO_ROW = {"missing": True}
GONE_FROM = 10**9  # primary keys that no order has

# what is wrong with the order, and with its row
FAULTS: Mapping[Kind, tuple[dict[str, Any], dict[str, Any]]] = {
    Kind.CONSENT: ({}, {"status": Status.SKIPPED, "reason": "consent_unknown"}),
    Kind.EXCLUDED: ({}, {"status": Status.SKIPPED, "reason": "excluded_channel"}),
    Kind.HELD: ({}, {"status": Status.HELD, "reason": "denied_190"}),
    Kind.DEAD: ({}, {"status": Status.DEAD, "reason": "rejected_2804003", "payload": "{}"}),
    Kind.EXPIRED: ({}, {"status": Status.EXPIRED, "reason": "too_old"}),
    Kind.WINDOW_CLOSED: ({}, {"status": Status.SKIPPED, "reason": "pair_window_closed"}),
    Kind.NEVER_RECORDED: ({}, NO_ROW),
    Kind.DRIFT: ({"total": Decimal("99.51")}, {}),
    Kind.GONE: ({"missing": True}, {}),
    Kind.UNPAID: ({"status": Order.Status.PENDING}, {}),
}


def plant(orders: int, each: int) -> dict[str, Kind]:
    """So many sales of the last six days, ``each`` of every fault among them. From an order's key to its fault."""
    planted: dict[str, Kind] = {}
    kinds = iter([kind for kind in FAULTS for _ in range(each)])
    numbers = count()
    every = max(orders // (len(FAULTS) * each), 1)
    for start in range(0, orders, SLICE):
        size = min(SLICE, orders - start)
        chosen = [next(kinds, None) if (start + n) % every == 0 else None for n in range(size)]
        _write(chosen, _times(start, size, orders), planted, numbers)
    return planted


def _times(start: int, size: int, orders: int) -> Iterator[datetime]:
    begin = timezone.now() - 6 * DAY
    return (begin + 5 * DAY * (start + n) / orders for n in range(size))


def _write(
    chosen: list[Kind | None], times: Iterator[datetime], planted: dict[str, Kind], numbers: Iterator[int]
) -> None:
    sold = [_order(kind, paid_at, next(numbers)) for kind, paid_at in zip(chosen, times, strict=True)]
    Order.objects.bulk_create([order for order in sold if order.pk is None])
    rows = [_row(order, kind) for order, kind in zip(sold, chosen, strict=True)]
    OutboxEvent.objects.bulk_create([row for row in rows if row])
    planted.update({key_of(order): kind for order, kind in zip(sold, chosen, strict=True) if kind})


def _order(kind: Kind | None, paid_at: datetime, number: int) -> Order:
    changes = dict(FAULTS[kind][0]) if kind else {}
    if changes.pop("missing", False):
        changes["pk"] = GONE_FROM + number
    return new_order(number=f"N-{number}", token=f"t{number}", paid_at=paid_at, **changes)


def key_of(order: Order) -> str:
    return f"shop.order:{order.pk}"


def row_of(order: Order, **changes: Any) -> OutboxEvent:
    """The row of that order, sent, as it would have been written when it was worth 99 euros."""
    key, when = key_of(order), changes.get("event_time", order.paid_at)
    identity = event_id(key, "Purchase")
    values: dict[str, Any] = {
        "key": outbox_key("1234567890", "Purchase", identity),
        "pixel": "default",
        "event_name": "Purchase",
        "event_id": identity,
        "event_time": when,
        "action_source": "website",
        "source": Source.ORDER,
        "status": Status.SENT,
        "deadline_at": deadline(when, "website"),
        "value": Decimal("99.00"),
        "currency": "EUR",
        "order_key": key,
        "part": "",
        "consent_state": ConsentState.GRANTED,
    }
    return OutboxEvent(**(values | changes))


def _row(order: Order, kind: Kind | None) -> OutboxEvent | None:
    changes = FAULTS[kind][1] if kind else next(_FINE)
    return None if changes is NO_ROW else row_of(order, **changes)


_FINE = cycle([{}, {}, {}, {"status": Status.PENDING}])
