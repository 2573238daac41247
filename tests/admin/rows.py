"""One row of each model, and an order that was sold in silence."""

from datetime import timedelta

from django.utils import timezone

from capi_tracking.models import (
    ApiKey,
    Erasure,
    OrderDifference,
    SkipCount,
    Withdrawal,
)
from demo_project.shop.models import Order
from tests.factories import (
    BrowserReceiptFactory,
    CheckoutContextFactory,
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)
from tests.sales import new_order


def one_of_each():
    event = OutboxEventFactory(sent=True, last_attempt=DeliveryAttemptFactory())
    BrowserReceiptFactory(row=event)
    CheckoutContextFactory()
    PixelFactory()
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "bot")
    ApiKey.objects.issue(ApiKey(name="Till", pixels=["default"]))
    Erasure.objects.create(done_by="command", kinds="email", events=3)
    Withdrawal.objects.note({("email", "0123456789abcdef")}, at=timezone.now(), reason="consent_withdrawn")
    difference = {"order_key": event.order_key, "pixel": "default", "event_name": "Purchase", "kind": "drift"}
    OrderDifference.objects.get_or_create(**difference, defaults={"event_time": event.event_time})
    return event


def sold(ago=timedelta(days=1), **changes):
    """A paid order of which no signal told."""
    (order,) = Order.objects.bulk_create([new_order(paid_at=timezone.now() - ago, **changes)])
    return order
