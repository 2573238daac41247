"""What follows when an order is undone, in whole or in part."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone

from .. import tracking
from ..conf import conf
from ..events import ActionSource, CustomData, Event
from ..models import OutboxEvent, Source, Status, mark_stale
from . import identity, undoing
from .adapters.money import rounded
from .adapters.protocol import OrderAdapter
from .appending import APPEND_VALUE
from .building import build
from .sales import Sale

MOST_ROWS = 1000


class Refund(NamedTuple):
    """Of one row: what was given back before this save, and what by now."""

    row: OutboxEvent
    before: Decimal
    now: Decimal


def follow(order: Any, adapter: OrderAdapter, *, using: str) -> None:
    """Take back what was not sent of an order that is undone, and note what was given back of the rest."""
    why, share = undoing.why(order, adapter), adapter.refunded_share(order)
    if not (why or share):
        return
    rows = _rows(order, using)
    if why:
        rows.revoke(why, limit=MOST_ROWS)
    for refund in _refunds(rows, min(share, undoing.WHOLE)) if share else ():
        if rows.refund(refund.row.pk, refund.row.refunded, refund.now):
            mark_stale([refund.row.event_time], using=rows.db)
            _tell(order, adapter, refund, using)


def _rows(order: Any, using: str) -> Any:
    """What was told of goods and money, to all pixels."""
    events = OutboxEvent.objects.using(identity.outbox_of(using))
    rows = events.filter(order_key=identity.order_key(order.__class__, order.pk))
    return rows.exclude(event_name__in=[name for name in (conf.REFUND_EVENT, APPEND_VALUE) if name])


def _refunds(rows: Any, share: Decimal) -> Iterator[Refund]:
    for row in rows.filter(value__isnull=False):
        now = rounded(row.value * share, row.currency)
        if row.refunded != now:
            yield Refund(row, row.refunded or Decimal(0), now)


def _tell(order: Any, adapter: OrderAdapter, refund: Refund, using: str) -> None:
    """Only what Meta has can be given back, and only more than before. ``part``: so much by then, so each once."""
    row, name = refund.row, conf.REFUND_EVENT
    if not name or row.status != Status.SENT or row.event_name != adapter.event_name or refund.now <= refund.before:
        return
    sale, part = Sale(order, adapter, using, row.pixel), f"{row.part}{refund.now:f}"
    built = build(sale, row.event_time, row.event_id)
    data = built.event.custom_data
    event = Event(
        name=name,
        event_id=identity.event_id(sale.key, name, part),
        event_time=timezone.now(),
        action_source=ActionSource.SYSTEM_GENERATED,
        user_data=built.event.user_data,
        custom_data=CustomData(value=refund.now - refund.before, currency=row.currency, order_id=data.order_id),
        **built.limits,
    )
    tracking.track(
        event,
        pixel=row.pixel,
        using=sale.outbox,
        consent=built.consent,
        order_key=sale.key,
        part=part,
        source=Source.ORDER,
    )
