"""One event's page: its story, its buttons, and nothing plain."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from capi_tracking import readiness
from capi_tracking.models import (
    OutboxEvent,
    Status,
)
from demo_project.shop.capi import ShopOrder
from tests.admin.reading import address, words
from tests.admin.rows import one_of_each, sold
from tests.factories import (
    FBP,
    BrowserReceiptFactory,
    CheckoutContextFactory,
    OutboxEventFactory,
)
from tests.reconciliation.faults import key_of

pytestmark = pytest.mark.django_db


def test_event__leads_to_its_order_tells_what_was_given_back_and_what_would_match_better(admin_client, monkeypatch):
    monkeypatch.setattr(ShopOrder, "admin_url", lambda self, order: f"/back-office/{order.pk}/")
    order = sold(number="N-1")
    values = {"order_key": key_of(order), "refunded": Decimal("9.90"), "key_bits": readiness.bits_of(["em", "fbp"])}
    event = OutboxEventFactory(**values, refused_bits=readiness.bits_of(["ph"]), notes="ph: not a phone number")
    page = admin_client.get(reverse("admin:capi_tracking_outboxevent_change", args=[event.pk])).text
    told = words(page)
    assert f'<a href="/back-office/{order.pk}/">N-1</a>' in page
    assert "EUR 9.90 of it given back by now" in told
    assert "Refused phone" in told
    assert "What would raise the match" in told
    assert "phone +12 points Given, but unusable (not a phone number)" in told


def test_event__of_an_order_that_is_gone_says_its_key(admin_client):
    event = OutboxEventFactory(order_key="shop.order:99999999999999999999999")
    for key in ("shop.order:x", "no.model:1", ":", "shop.order:\u0661", event.order_key):
        OutboxEvent.objects.update(order_key=key)
        page = admin_client.get(reverse("admin:capi_tracking_outboxevent_change", args=[event.pk]))
        assert page.status_code == 200
        assert key in words(page.text)


def test_event_page__tells_the_story(admin_client):
    event = one_of_each()
    page = admin_client.get(address("outboxevent", "change", event.pk)).text
    for told in (
        "Meta took it.",
        "both sides",
        "Browser receipt",
        "Paired",
        event.order_key,
        "e-mail",
        "date of birth",
    ):
        assert told in page
    assert event.last_attempt.trace_id in page


def test_event_page__shows_no_plain_customer_data(admin_client):
    event = one_of_each()
    context = CheckoutContextFactory(fbc="fb.1.1596403881668.AbCdEfGhIjKlMnOp")
    for url in (address("outboxevent", "change", event.pk), address("checkoutcontext", "change", context.pk)):
        page = admin_client.get(url).text
        for secret in (FBP, "8.8.8.8", "AppleWebKit", "AbCdEfGhIjKlMnOp", "jane@example.com"):
            assert secret not in page


def test_event_page__is_few_queries(admin_client, django_assert_max_num_queries):
    event = one_of_each()
    for _ in range(10):
        BrowserReceiptFactory(row=event, visitor_key=f"v{_}")
    with django_assert_max_num_queries(8):
        admin_client.get(address("outboxevent", "change", event.pk))


@pytest.mark.parametrize("pk", ["0", "nonsense", "99999999999999999999999"])
def test_event_page__of_no_event_is_not_found(admin_client, pk):
    assert admin_client.get(f"/admin/capi_tracking/outboxevent/{pk}/change/").status_code == 404


@pytest.mark.parametrize(("verb", "status"), [("retry", Status.PENDING), ("cancel", Status.CANCELLED)])
def test_event_page__buttons_act_and_are_written_into_the_history(admin_client, verb, status):
    event = OutboxEventFactory(status=Status.HELD, reason="denied")
    url = address("outboxevent", "change", event.pk)
    assert f'name="{verb}"' in admin_client.get(url).text
    assert admin_client.post(url, {verb: "1", "confirmed": "yes"}).status_code == 302
    event.refresh_from_db()
    assert event.status == status
    assert LogEntry.objects.get().object_id == str(event.pk)


def test_event_page__cancel_takes_the_customers_data_at_once(admin_client):
    event = OutboxEventFactory()
    url = address("outboxevent", "change", event.pk)
    assert "there is no way back" in admin_client.post(url, {"cancel": "1"}).text
    event.refresh_from_db()
    assert event.status == Status.PENDING
    admin_client.post(url, {"cancel": "1", "confirmed": "yes"})
    event.refresh_from_db()
    assert event.payload == ""
    assert "The contents are gone" in admin_client.get(address("outboxevent", "change", event.pk)).text


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_event_page__viewers_get_no_buttons_and_may_not_post(staff, verb):
    event = OutboxEventFactory(status=Status.HELD)
    client = staff("view_outboxevent")
    url = address("outboxevent", "change", event.pk)
    assert f'name="{verb}"' not in client.get(url).text
    assert client.post(url, {verb: "1"}).status_code == 403
    assert client.post(
        address("outboxevent"), {"action": verb, "_selected_action": event.pk, "index": 0}
    ).status_code in {
        200,
        302,
    }
    event.refresh_from_db()
    assert event.status == Status.HELD


def test_event_page__posts_need_a_csrf_token(client, admin_user):
    event = OutboxEventFactory()
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert strict.post(address("outboxevent", "change", event.pk), {"cancel": "1"}).status_code == 403
    assert OutboxEvent.objects.get().status == Status.PENDING


def test_event_page__a_sent_event_stays_sent(admin_client):
    event = OutboxEventFactory(sent=True)
    for verb in ("retry", "cancel"):
        admin_client.post(address("outboxevent", "change", event.pk), {verb: "1", "confirmed": "yes"})
    assert OutboxEvent.objects.get().status == Status.SENT
    assert not LogEntry.objects.exists()


def test_event_page__another_post_is_refused(admin_client):
    event = OutboxEventFactory()
    assert admin_client.post(address("outboxevent", "change", event.pk), {"status": "sent"}).status_code == 405
