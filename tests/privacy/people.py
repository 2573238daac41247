"""Somebody, and what the shop keeps of them; somebody else, whose rows nobody may touch."""

from typing import Any

from django.utils import timezone

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.events import UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import BrowserReceipt, BrowserState, CheckoutContext, OutboxEvent, Status
from capi_tracking.tracking import track
from tests.factories import DeliveryAttemptFactory, an_event

JO, JOS_PHONE, JOS_ID = "jo@shop.example", "+49 171 5550100", "4711"
KIM = "kim@shop.example"
BROWSER, OTHER_BROWSER = "fb.1.1596403881668.1116446470", "fb.1.1596403881668.2222222222"
SHARED = BROWSER  # Kim uses it too


def event_of(event_id: str, *, name: str = "ViewContent", order_key: str | None = None, **person: Any) -> OutboxEvent:
    """An event as ``track()`` writes it, of whom these describe; page events wait, all is due."""
    person.setdefault("client_ip_address", "8.8.8.8")
    person.setdefault("client_user_agent", "Mozilla/5.0 of Jo")
    event = an_event(name, event_id, user_data=UserData.of(**person))
    consent = Consent(ConsentState.GRANTED, policy="1", source="cookie", at=timezone.now())
    track(event, order_key=order_key, consent=consent)
    return OutboxEvent.objects.get(event_id=event_id)


def sent(row: OutboxEvent, trace: str = "AbCdTrace") -> OutboxEvent:
    attempt = DeliveryAttemptFactory(trace_id=trace)
    OutboxEvent.objects.filter(pk=row.pk).settle([row.pk], attempt=attempt.pk, short=False, test=False)
    row.refresh_from_db()
    assert row.status == Status.SENT
    return row


def context_of(key: str, fbp: str = BROWSER, **changes: Any) -> CheckoutContext:
    values: dict[str, Any] = {
        "fbp": fbp,
        "client_ip": "8.8.8.8",
        "user_agent": "Mozilla/5.0 of Jo",
        "url": "https://shop.example/checkout/",
        "consent_state": ConsentState.GRANTED,
        "consent_source": "cookie",
        "visitor_key": identity_key("fbp", fbp),
    }
    return CheckoutContext.objects.create(key=key, **(values | changes))


def receipt_of(row: OutboxEvent, fbp: str = BROWSER) -> BrowserReceipt:
    return BrowserReceipt.objects.create(
        key=row.key,
        visitor_key=identity_key("fbp", fbp) or "",
        pixel=row.pixel,
        event_name=row.event_name,
        event_id=row.event_id,
        state=BrowserState.HANDED_OVER,
    )
