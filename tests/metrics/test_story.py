"""One event's story, the pair that it is, and what of it may be read."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.events import UserData
from capi_tracking.metrics.pages.masking import readable, shortened, without_ids
from capi_tracking.models import BrowserState, OutboxEvent, Status
from tests.factories import (
    BrowserReceiptFactory,
    DeliveryAttemptFactory,
    OutboxEventFactory,
)
from tests.metrics.asking import paired

pytestmark = pytest.mark.django_db
TWO_HOURS = timedelta(hours=2)


# -- one event's story -----------------------------------------------------------------------------------------------


def test_story__tells_the_attempts_and_the_receipt_in_order():
    start = timezone.now() - TWO_HOURS
    event = OutboxEventFactory(sent=True, event_time=start)
    last = DeliveryAttemptFactory(started_at=start + timedelta(seconds=1.5))
    OutboxEvent.objects.filter(pk=event.pk).update(last_attempt=last)
    DeliveryAttemptFactory(unreachable=True, started_at=start + timedelta(seconds=1), events=[event.pk])
    DeliveryAttemptFactory(unreachable=True, started_at=start + timedelta(seconds=1), events=[event.pk + 1])
    BrowserReceiptFactory(row=event, created_at=start + timedelta(seconds=0.4))
    event.refresh_from_db()
    told = metrics.story(event)
    assert [moment.step.value for moment in told.moments] == [
        "happened", "recorded", "seen", "attempt", "attempt", "sent", "paired",
    ]  # fmt: skip
    assert told.moments[2].seconds == 0.4
    assert [moment.is_failure for moment in told.moments].count(True) == 1
    assert (told.pair, told.trace_id) == (metrics.Pair.BOTH, last.trace_id)


def test_story__of_a_waiting_event_tells_what_is_ahead():
    told = metrics.story(OutboxEventFactory())
    assert [moment.step.value for moment in told.moments if moment.ahead] == ["due", "deadline"]
    assert (told.can_retry, told.can_cancel) == (True, True)


@pytest.mark.parametrize(
    ("row", "can_retry"),
    [
        ({"status": Status.DEAD}, True),
        ({"status": Status.DEAD, "payload": ""}, False),
        ({"status": Status.SENT}, False),
        ({"status": Status.HELD, "event_time": datetime(2026, 1, 1, tzinfo=UTC)}, False),
    ],
)
def test_story__offers_a_retry_only_where_the_verb_would_do_something(row, can_retry):
    event = OutboxEventFactory(**row)
    assert metrics.story(event).can_retry is can_retry
    assert OutboxEvent.objects.filter(pk=event.pk).retry() == can_retry


def test_story__names_the_keys_that_are_missing():
    told = metrics.story(OutboxEventFactory(match_keys="em fbp"))
    assert [key.name for key in told.match_keys] == ["em", "fbp"]
    assert "ph" in [key.name for key in told.missing_keys]


def test_pair__list_and_page_agree():
    for event in (paired(), paired(apart=timedelta(hours=50)), OutboxEventFactory(sent=True), OutboxEventFactory()):
        assert metrics.with_pair(OutboxEvent.objects.all()).get(pk=event.pk).pair == metrics.story(event).pair


@pytest.mark.parametrize("pair", metrics.Pair.values)
def test_in_pair_state__finds_what_the_list_shows(pair):
    several_pairs()
    shown = {row.pk for row in metrics.with_pair(OutboxEvent.objects.all()) if row.pair == pair}
    assert shown
    assert {row.pk for row in metrics.in_pair_state(OutboxEvent.objects.all(), pair)} == shown


def several_pairs() -> None:
    """Seen before and after, in time and late, by one visitor and by two, with and without a row that knows of it."""
    paired(), paired(apart=timedelta(hours=50)), OutboxEventFactory(sent=True), OutboxEventFactory()
    for event in (OutboxEventFactory(sent=True), OutboxEventFactory()):
        BrowserReceiptFactory(row=event, changed_at=event.event_time - timedelta(hours=60))
        BrowserReceiptFactory(row=event, changed_at=event.event_time, visitor_key="another")
    late = OutboxEventFactory(sent=True)
    BrowserReceiptFactory(row=late, changed_at=late.sent_at + timedelta(hours=60))
    BrowserReceiptFactory(row=OutboxEventFactory(sent=True), state=BrowserState.BLOCKED)
    for hours in (0, 46, 60, -60):
        event = OutboxEventFactory(sent=True)
        OutboxEvent.objects.filter(pk=event.pk).update(browser_at=event.sent_at - timedelta(hours=hours))
    OutboxEvent.objects.filter(pk=OutboxEventFactory().pk).update(browser_at=timezone.now())


# -- masking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"), [("a" * 64, "aaaaaaaa…"), ("8.8.8.8", "8.8…"), ("x", "…"), ("", ""), ("fb.1.2.345", "fb.1.…")]
)
def test_shortened__shows_at_most_half_and_at_most_eight(text, shown):
    assert shortened(text) == shown


def test_readable__hides_all_of_the_customers_data():
    payload = OutboxEventFactory().payload
    text = readable(payload)
    user = UserData.of(email="jane@example.com", phone="+49 171 2345678", country="DE")
    for secret in ("8.8.8.8", "fb.1.1596403881668.1116446470", *user.em, *user.ph):
        assert secret in payload
        assert secret not in text
    assert '"value": 49.9' in text


def test_readable__is_bounded_and_survives_a_broken_payload():
    assert len(readable(json.dumps({"a": [1] * 5000})).splitlines()) == 401
    assert readable("jane@example.com is no JSON") == "jane@exa…"
    assert readable("") == ""


def test_without_ids__shortens_click_ids_and_keeps_the_rest():
    url = without_ids(f"https://shop.example/p/1?page=2&fbclid={'Iw' * 30}")
    assert url == "https://shop.example/p/1?page=2&fbclid=IwIwIwIw…"


# -- explanations ----------------------------------------------------------------------------------------------------


def test_explain__every_status_and_reason_has_words():
    assert "refused tracking" in metrics.explain_status(Status.SKIPPED, "consent_denied")
    assert "190" in metrics.explain("denied_190")
    assert metrics.explain("something_new") == "something_new"
    assert all(metrics.explain_status(status, "") != status for status in Status)
