"""The shop's own word on an event goes before a browser's, which anybody may have spoken under an id that can be guessed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from capi_tracking.consent import Consent, ConsentState
from capi_tracking.events import CustomData
from capi_tracking.models import OutboxEvent, Source, Status
from capi_tracking.tracking import Receipt, acknowledge, track, track_all
from tests.factories import an_event

pytestmark = pytest.mark.django_db

ID = "enquiry-1042"


def said_by_browser(**changes: Any) -> OutboxEvent:
    """As the relay takes it of whoever guessed the id: without value, and somebody else's."""
    event = an_event("Lead", ID, custom_data=CustomData())
    track_all([("default", event)], consent=Consent(ConsentState.GRANTED, "1", "cookie"), source=Source.RELAY)
    OutboxEvent.objects.update(**changes)
    return OutboxEvent.objects.get()


def said_by_shop() -> OutboxEvent:
    track(an_event("Lead", ID, custom_data=CustomData(value="50", currency="EUR")))
    return OutboxEvent.objects.get()


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.DEAD])
def test_shops_event__takes_the_place_of_a_browsers_that_was_first(status: str) -> None:
    before = said_by_browser(status=status, reason="x", visitor_key="f" * 16, strikes=4, leases=3)
    row = said_by_shop()
    assert (row.pk, row.created_at) == (before.pk, before.created_at)
    assert (row.source, row.status, row.reason, row.strikes, row.leases) == ("server", "pending", "", 0, 0)
    assert json.loads(row.payload)["custom_data"]["value"] == 50
    assert (row.consent_source, row.value) == ("caller", 50)
    assert row.visitor_key != "f" * 16
    assert row.due_at is not None
    assert row.settled_at is None


@pytest.mark.parametrize("status", [Status.LEASED, Status.SENT, Status.EXPIRED, Status.SKIPPED, Status.CANCELLED])
def test_shops_event__changes_nothing_of_what_is_on_its_way_or_over(status: str) -> None:
    before = said_by_browser(status=status)
    row = said_by_shop()
    assert (row.source, row.status, row.payload) == (before.source, status, before.payload)


def test_shops_event__keeps_the_nearer_deadline_of_a_copy_that_a_browser_had() -> None:
    said_by_browser()
    acknowledge(Receipt(pixel="default", event_name="Lead", event_id=ID, state=2, visitor_key="a" * 16))
    row = said_by_shop()
    assert row.browser_at is not None
    assert row.deadline_at < timezone.now() + timedelta(hours=48)


def test_second_word__of_the_shop_or_of_a_browser_changes_nothing() -> None:
    said_by_shop()
    track(an_event("Lead", ID, custom_data=CustomData(value="7", currency="EUR")))
    said_by_browser()
    row = OutboxEvent.objects.get()
    assert (row.value, row.source) == (50, "server")


def test_first_word__costs_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1 if connection.vendor != "mysql" else 2):
        said = track(an_event("Lead", ID))
    assert said.source == "server"


def test_orders_event__is_never_superseded_nor_supersedes(django_assert_num_queries: Any) -> None:
    said_by_browser()
    with django_assert_num_queries(1):
        track(an_event("Lead", ID), order_key="shop.order:1")
    assert OutboxEvent.objects.get().source == "relay"
