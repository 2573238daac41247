"""What somebody gets who asks what is kept of them: all of it, and nothing of anybody else."""

import json

import pytest
from django.db import models

from capi_tracking.models import BrowserReceipt, CheckoutContext, OutboxEvent
from capi_tracking.privacy import Person, exporting
from capi_tracking.privacy.exporting import export
from tests.privacy.people import BROWSER, JO, KIM, context_of, event_of, receipt_of, sent

pytestmark = pytest.mark.django_db
DB = "default"
# what is no data of a person, or stands in another form
MECHANICS = {
    OutboxEvent: {
        "id",
        "key",
        "action_source",
        "environment",
        "priority",
        "due_at",
        "deadline_at",
        "lease_token",
        "leases",
        "strikes",
        "attempts",
        "short_ack",
        "is_test",
        "settled_at",
        "browser_at",
        "redacted_at",
        "payload",
        "match_score",
        "key_bits",
        "refused_bits",
        "notes",
        "part",
        "queue",
        "set_apart",
        "updated_at",
        "visitor_key",
        "email_key",
        "phone_key",
        "external_key",
        "source",
    },
    CheckoutContext: {"id", "visitor_key", "email_key", "external_key"},
    BrowserReceipt: {"corrected_at", "id", "key", "visitor_key"},
}
TOLD = {
    OutboxEvent: {column.partition("__")[0] for column in exporting.EVENT.values()},
    CheckoutContext: set(exporting.CONTEXT),
    BrowserReceipt: set(exporting.RECEIPT),
}


def test_export__tells_of_each_event_what_it_was_and_what_was_sent() -> None:
    sent(event_of("sale", name="Purchase", order_key="shop.order:1", email=JO, fbp=BROWSER), "TraceOfSale")
    (event,) = export(Person.of(email=JO), using=DB)["events"]
    assert (event["event"], event["pixel"], event["trace_id"]) == ("Purchase", "1234567890", "TraceOfSale")
    assert (event["value"], event["currency"], event["order"]) == ("49.9000", "EUR", "shop.order:1")
    assert "em" in event["fields"]
    assert event["payload"]["user_data"]["fbp"] == BROWSER
    assert (event["consent"], event["consent_policy"], event["consent_source"]) == ("granted", "1", "cookie")


def test_export__of_what_only_a_browser_leads_to_tells_name_and_time_alone() -> None:
    event_of("jos", email=JO, fbp=BROWSER)
    event_of("view", fbp=BROWSER)
    event_of("kims", email=KIM, fbp=BROWSER)
    kept = export(Person.of(email=JO), using=DB)
    assert [event["event_id"] for event in kept["events"]] == ["jos"]
    assert [event["event_id"] for event in kept["events_of_browsers"]] == ["view"]
    assert "payload" not in kept["events_of_browsers"][0]


def test_export__holds_the_checkout_and_what_the_browser_said() -> None:
    receipt_of(event_of("sale", name="Purchase", order_key="shop.order:1", email=JO, fbp=BROWSER))
    context_of("shop.order:1")
    kept = export(Person.of(email=JO), using=DB)
    assert [(each["key"], each["client_ip"]) for each in kept["checkouts"]] == [("shop.order:1", "8.8.8.8")]
    assert [(each["event_id"], each["state"]) for each in kept["browser_copies"]] == [("sale", "handed_over")]


def test_export__is_json_and_bounded_where_that_is_asked_for() -> None:
    for number in range(4):
        receipt_of(event_of(f"jos{number}", email=JO, fbp=BROWSER))
        event_of(f"view{number}", fbp=BROWSER)
        context_of(f"shop.order:{number}")
    kept = json.loads(json.dumps(export(Person.of(email=JO), using=DB, most=3)))
    parts = ("events", "events_of_browsers", "checkouts", "browser_copies")
    assert [len(kept[part]) for part in parts] == [3, 3, 3, 3]
    whole = export(Person.of(email=JO), using=DB)
    assert [len(whole[part]) for part in parts] == [4, 4, 4, 4]


@pytest.mark.parametrize("model", list(TOLD), ids=lambda model: model.__name__)
def test_export__leaves_out_no_column_by_oversight(model: type[models.Model]) -> None:
    columns = {field.name for field in model._meta.concrete_fields}
    assert columns == MECHANICS[model] | TOLD[model]
    assert not MECHANICS[model] & TOLD[model]
