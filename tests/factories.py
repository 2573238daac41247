"""Rows as the package itself would have written them. Override what the test is about, leave the rest."""

import json
from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone

from capi_tracking.consent import ConsentState
from capi_tracking.events import Content, CustomData, Event, UserData
from capi_tracking.models import (
    BrowserReceipt,
    BrowserState,
    CheckoutContext,
    DeliveryAttempt,
    OutboxEvent,
    Pixel,
    Source,
    Status,
    deadline,
    outbox_key,
)

PIXEL_ID = "1234567890"
FBP = "fb.1.1596403881668.1116446470"
SETTLED = {Status.SENT, Status.DEAD, Status.EXPIRED, Status.SKIPPED, Status.CANCELLED}


def an_event(name="Purchase", event_id="order-1", **more):
    """A sendable Event of a visitor with e-mail, phone, address and cookies."""
    user = UserData.of(
        email="jane@example.com",
        phone="+49 171 2345678",
        country="DE",
        client_ip_address="8.8.8.8",
        client_user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        fbp=FBP,
    )
    more.setdefault("event_time", timezone.now())
    more.setdefault("action_source", "website")
    more.setdefault("event_source_url", "https://shop.example/thanks")
    more.setdefault("user_data", user)
    more.setdefault(
        "custom_data",
        CustomData(value=Decimal("49.90"), currency="EUR", contents=[Content(id="sku-1", quantity=1)]),
    )
    return Event(name=name, event_id=event_id, **more)


class PixelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pixel
        django_get_or_create = ("alias",)

    alias = "default"


class DeliveryAttemptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeliveryAttempt

    class Params:
        denied = factory.Trait(
            kind=DeliveryAttempt.Kind.DENIED, http_status=401, code=190, message="OAuthException", events_received=None
        )
        unreachable = factory.Trait(
            kind=DeliveryAttempt.Kind.UNREACHABLE, http_status=503, trace_id="", events_received=None
        )

    pixel = "default"
    kind = DeliveryAttempt.Kind.DELIVERED
    http_status = 200
    trace_id = factory.Sequence(lambda n: f"AbCdEfGhIjKl{n:04d}")
    batch_size = 1
    batch_bytes = 900
    events_received = 1
    duration_ms = 120


class OutboxEventFactory(factory.django.DjangoModelFactory):
    """A Purchase of order ``order_key`` that is due now; ``page`` makes it a page event, ``sent`` a delivered one."""

    class Meta:
        model = OutboxEvent

    class Params:
        page = factory.Trait(
            event_name="ViewContent",
            order_key=None,
            part=None,
            source=Source.RELAY,
            priority=1,
            value=None,
            currency="",
        )
        sent = factory.Trait(
            status=Status.SENT,
            sent_at=factory.LazyAttribute(lambda row: row.created_at + timedelta(seconds=2)),
            attempts=1,
        )
        skipped = factory.Trait(
            status=Status.SKIPPED,
            reason="consent_denied",
            payload="",
            match_keys="",
            match_score=None,
            consent_state=ConsentState.DENIED,
        )

    pixel = "default"
    event_name = "Purchase"
    event_id = factory.Sequence(lambda n: f"event-{n}")
    event_time = factory.LazyFunction(timezone.now)
    created_at = factory.SelfAttribute("event_time")
    key = factory.LazyAttribute(lambda row: outbox_key(PIXEL_ID, row.event_name, row.event_id))
    action_source = "website"
    source = Source.ORDER
    status = Status.PENDING
    priority = 0
    due_at = factory.LazyAttribute(lambda row: None if row.status in {*SETTLED, Status.HELD} else row.created_at)
    deadline_at = factory.LazyAttribute(lambda row: deadline(row.event_time, row.action_source))
    settled_at = factory.LazyAttribute(
        lambda row: row.created_at + timedelta(seconds=2) if row.status in SETTLED else None
    )
    value = Decimal("49.90")
    currency = "EUR"
    match_keys = "em ph country client_ip_address client_user_agent fbp"
    match_score = 58
    order_key = factory.Sequence(lambda n: f"shop.order:{n}")
    part = ""
    consent_state = ConsentState.GRANTED
    consent_policy = "1"
    consent_source = "cookie"
    consent_at = factory.LazyAttribute(lambda row: row.event_time - timedelta(minutes=5))

    @factory.lazy_attribute
    def payload(self):
        bought = {"value": self.value, "currency": self.currency} if self.value is not None else {}
        event = an_event(
            self.event_name,
            self.event_id,
            event_time=self.event_time,
            action_source=self.action_source,
            custom_data=CustomData(contents=[Content(id="sku-1", quantity=1)], **bought),
        )
        return json.dumps(event.as_payload(), default=str)


class BrowserReceiptFactory(factory.django.DjangoModelFactory):
    """What a browser said of ``row``'s event; without a row, of an event that only it knows."""

    class Meta:
        model = BrowserReceipt

    class Params:
        row = None

    pixel = factory.LazyAttribute(lambda receipt: receipt.row.pixel if receipt.row else "default")
    event_name = factory.LazyAttribute(lambda receipt: receipt.row.event_name if receipt.row else "Purchase")
    event_id = factory.LazyAttributeSequence(lambda receipt, n: receipt.row.event_id if receipt.row else f"browser-{n}")
    key = factory.LazyAttribute(
        lambda receipt: receipt.row.key if receipt.row else outbox_key(PIXEL_ID, receipt.event_name, receipt.event_id)
    )
    visitor_key = "0123456789abcdef"
    state = BrowserState.HANDED_OVER
    created_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("created_at")


class CheckoutContextFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CheckoutContext

    key = factory.Sequence(lambda n: f"shop.order:{n}")
    fbp = FBP
    client_ip = "8.8.8.8"
    user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
    url = "https://shop.example/cart/"
    consent_state = ConsentState.GRANTED
    consent_policy = "1"
    consent_source = "cookie"
    consent_at = factory.LazyFunction(timezone.now)
