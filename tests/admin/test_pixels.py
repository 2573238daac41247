"""A pixel's page: its state, its connection, a test event."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from tests.admin.reading import words
from tests.factories import (
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)

pytestmark = pytest.mark.django_db
EVIL = '"><b>zq9</b>'


def pixel_page(**values):
    return reverse("admin:capi_tracking_pixel_change", args=[PixelFactory(**values).pk])


@pytest.fixture
def graph(capi):
    with Sandbox(pixels=["1234567890"], token="test-token") as running:
        capi(GRAPH_URL=running.url, TRANSPORT="capi_tracking.transports.graph.GraphTransport")
        yield running


def test_pixel__tells_its_state_its_settings_without_secrets_and_its_latest_requests(admin_client):
    address = pixel_page(state="paused", paused_reason=f"denied 190 {EVIL}", paused_at=timezone.now())
    OutboxEventFactory(status=Status.HELD, reason="denied_190", value=Decimal(30))
    attempt = DeliveryAttemptFactory(denied=True, message=EVIL)
    DeliveryAttemptFactory(pixel="another", trace_id="not-this-one")
    page = admin_client.get(address).text
    told = words(page)
    assert "paused Nothing is sent to it since" in told
    assert "1 event waits, 1 of them held, EUR 30 in orders" in told
    assert "Pixel id 1234567890 Access token set" in told
    assert attempt.trace_id in told
    assert "not-this-one" not in told
    assert "test-token" not in page
    assert EVIL not in page


def test_pixel__is_paused_for_a_reason_and_resumed(admin_client):
    address = pixel_page()
    admin_client.post(address, {"pause": "1", "reason": "price list\nis wrong " + "x" * 500})
    assert Pixel.objects.get().paused_reason.startswith("Paused by admin. price list is wrong xxx")
    admin_client.post(address, {"resume": "1"})
    assert Pixel.objects.get().state == "open"
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["Paused", "Resumed"]


def test_pixel__connection_is_checked_without_an_event(admin_client, graph, capi):
    address = pixel_page()
    assert "would take events with this token" in admin_client.post(address, {"check": "1"}, follow=True).text
    assert graph.events == []
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "an-old-one"}})
    refused = admin_client.post(address, {"check": "1"}, follow=True).text
    assert "Meta refuses the token or the pixel." in refused
    assert "Code 190" in refused
    assert "an-old-one" not in refused
    capi(GRAPH_URL="http://127.0.0.1:1")
    assert "Meta gave no usable answer." in admin_client.post(address, {"check": "1"}, follow=True).text
    capi(GRAPH_URL="http://graph.example")
    assert "GRAPH_URL must begin with https" in admin_client.post(address, {"check": "1"}, follow=True).text
    assert Pixel.objects.get().state == "open"


def test_pixel__a_test_event_goes_with_a_code_that_is_forgotten_after_an_hour(admin_client, graph, time_machine):
    address = pixel_page()
    for code in ("", "no code", "=1+1", "\0"):
        assert "Give the code" in admin_client.post(address, {"test": "1", "code": code}, follow=True).text
    assert graph.events == []
    page = admin_client.post(address, {"test": "1", "code": " TEST123 "}, follow=True).text
    assert "Meta took CapiTrackingTest." in page
    (event,) = graph.events
    assert (event["event_name"], event["batch"]["test_event_code"]) == ("CapiTrackingTest", "TEST123")
    assert 'value="TEST123"' in page
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert "TEST123" not in admin_client.get(address).text
    assert not OutboxEvent.objects.exists()
    assert LogEntry.objects.get().change_message == "Sent a test event: delivered"


def test_pixel__that_left_the_settings_has_a_page(admin_client, capi):
    address = pixel_page(alias="old")
    OutboxEventFactory(pixel="old")
    assert "It is not in the settings any more" in admin_client.get(address).text
    for verb in ("check", "test", "pause", "resume"):
        assert admin_client.post(address, {verb: "1", "code": "TEST1"}).status_code == 302
    assert admin_client.post(address, {"other": "1"}).status_code == 405


@pytest.mark.parametrize("verb", ["pause", "resume", "check", "test"])
def test_pixel__is_for_lookers_to_see_and_not_to_touch(staff, graph, verb):
    address = pixel_page()
    client = staff("view_pixel", "change_outboxevent")
    assert f'name="{verb}"' not in client.get(address).text
    assert client.post(address, {verb: "1", "code": "TEST1"}).status_code == 403
    assert graph.events == []
