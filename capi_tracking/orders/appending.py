"""What a customer will be worth, where that is known some days after the sale: Meta's ``AppendValue``."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from .. import tracking
from ..events import CustomData, Event, StandardEvent
from ..exceptions import ImproperlyTracked, InvalidEvent
from ..models import MAX_AGE, OutboxEvent, Source, Status
from . import identity
from .building import build
from .registry import order_adapter
from .sales import Sale, sales_of

APPEND_VALUE = "AppendValue"
WINDOW = MAX_AGE  # Meta's, from when it got the first event


def append_value(order: Any, predicted_ltv: Decimal) -> list[OutboxEvent]:
    """Tell what the buyer will be worth in all, in the order's currency: once for each event of the order that was sent.

    Call it within seven days of the sale, from a nightly task perhaps. Gives the rows; none where nothing was sent in
    that time. Raises :class:`ImproperlyTracked` for an order without an adapter, :class:`InvalidEvent` for a value that is
    not above zero.
    """
    adapter = order_adapter(order.__class__)
    if adapter is None:
        raise ImproperlyTracked(f"{order.__class__.__name__} has no order adapter.")
    if predicted_ltv is None:
        raise InvalidEvent("predicted_ltv", "is missing")
    sales = sales_of(order, adapter, using=order._state.db or DEFAULT_DB_ALIAS)
    now = timezone.now()
    return [_append(sale, row, predicted_ltv, now) for sale in sales for row in _sent(sale, now)]


def _sent(sale: Sale, now: datetime) -> Iterator[OutboxEvent]:
    rows = sale.rows.filter(status=Status.SENT, sent_at__gt=now - WINDOW + timedelta(minutes=10))
    return iter(rows.filter(event_time__lt=now))


def _append(sale: Sale, row: OutboxEvent, predicted_ltv: Decimal, now: datetime) -> OutboxEvent:
    built = build(sale, row.event_time, row.event_id)
    data = built.event.custom_data
    event = Event(
        name=APPEND_VALUE,
        event_id=identity.event_id(sale.key, APPEND_VALUE, f"{row.event_name} {row.part}"),
        event_time=now,
        action_source=row.action_source,
        event_source_url=built.event.event_source_url,
        user_data=built.event.user_data,
        custom_data=CustomData(predicted_ltv=predicted_ltv, currency=data.currency or row.currency),
        original_event_data=_original(row, data.order_id),
        **built.limits,
    )
    return tracking.track(
        event,
        pixel=row.pixel,
        using=sale.outbox,
        consent=built.consent,
        order_key=sale.key,
        part=_part(row),
        source=Source.ORDER,
        withheld=built.excluded,
        until=(row.sent_at or now) + WINDOW,
    )


def _original(row: OutboxEvent, order_id: str) -> dict[str, Any]:
    said = {"event_name": row.event_name, "event_id": row.event_id, "event_time": row.event_time, "order_id": order_id}
    return {name: value for name, value in said.items() if value}


def _part(row: OutboxEvent) -> str:
    """Of each event of the order there is one; the column holds 32 characters."""
    return row.part or ("" if row.event_name == StandardEvent.PURCHASE else row.event_name[:32])
