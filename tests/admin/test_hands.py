"""Events by hand: tried again, released, cancelled and exported, some or many."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking.admin.dashboard.sheets import cell
from capi_tracking.admin.hands import FEW
from capi_tracking.admin.readonly import MOST_CHANGED
from capi_tracking.models import OutboxEvent, Status
from tests.admin.reading import DAY, address, hidden, statuses, words
from tests.factories import (
    OutboxEventFactory,
)

pytestmark = pytest.mark.django_db
EVENTS = reverse("admin:capi_tracking_outboxevent_changelist")


def test_many_events__are_tried_again_after_a_question_that_tells_their_worth(admin_client):
    for number in range(FEW + 1):
        OutboxEventFactory(status=Status.DEAD, reason="rejected_1", event_id=f"dead{number}", value=Decimal(10))
    late = OutboxEventFactory(status=Status.DEAD, deadline_at=timezone.now() - DAY)
    everything = {"action": "retry", "select_across": "1", "index": "0", "_selected_action": late.pk}
    question = admin_client.post(f"{EVENTS}?status__exact=dead", everything)
    assert "Chosen 12 events It changes 11 events" in words(question.text)
    assert "EUR 110" in words(question.text)
    assert statuses() == {Status.DEAD: 12}
    OutboxEventFactory(status=Status.DEAD, event_id="came-since")
    admin_client.post(f"{EVENTS}?status__exact=dead", hidden(question.text))
    assert statuses() == {Status.PENDING: 11, Status.DEAD: 2}
    assert {entry.change_message for entry in LogEntry.objects.all()} == {"Tried again"}


def test_question__holds_numbers_without_separators(admin_client, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    OutboxEventFactory(pk=12345, status=Status.DEAD)
    question = admin_client.post(EVENTS, {"action": "cancel", "_selected_action": ["12345"]}).text
    assert hidden(question)["last"] == ["12345"]  # else rows that came since would be cancelled too


def test_released__events_of_another_environment_go_on_in_this_one(admin_client, capi):
    capi(ENVIRONMENT="live")
    held = OutboxEventFactory(status=Status.HELD, reason="other_environment", environment="copy", due_at=None)
    admin_client.post(EVENTS, {"action": "release", "_selected_action": held.pk})
    held.refresh_from_db()
    assert (held.status, held.environment, held.reason) == (Status.PENDING, "live", "")
    assert LogEntry.objects.get().change_message == "Released"


def test_exported__events_are_a_sheet_without_formulas_and_customers(staff):
    OutboxEventFactory(event_id="=1+1", order_key="@shop", value=Decimal("5.00"), email_key="0123456789abcdef")
    chosen = {"action": "export", "_selected_action": OutboxEvent.objects.get().pk}
    client = staff("view_outboxevent", "export_outboxevent")
    text = client.post(EVENTS, chosen).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["event_id"], row["order_key"], row["value"]) == ("'=1+1", "'@shop", "5.0000")
    assert "0123456789abcdef" not in text
    assert "user_data" not in text
    assert LogEntry.objects.get().change_message == "Exported"


def test_exported__by_nobody_without_the_permission_for_it(staff):
    OutboxEventFactory()
    client = staff("view_outboxevent", "change_outboxevent")
    answer = client.post(EVENTS, {"action": "export", "_selected_action": OutboxEvent.objects.get().pk})
    assert "text/csv" not in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("=A1", "'=A1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("\t=1", "'\t=1"),
        ("\uff1dA1", "'\uff1dA1"),
        (-3, -3),
        ("plain", "plain"),
        (None, None),
    ],
)
def test_cell__is_never_a_formula(given, shown):
    assert cell(given) == shown


def test_actions__retry_and_cancel_many(admin_client):
    dead = [OutboxEventFactory(status=Status.DEAD) for _ in range(3)]
    sent = OutboxEventFactory(sent=True)
    chosen = [event.pk for event in [*dead, sent]]
    page = admin_client.post(address("outboxevent"), {"action": "retry", "_selected_action": chosen}, follow=True)
    assert "Tried again: 3 of 4 events." in page.text
    assert OutboxEvent.objects.filter(status=Status.PENDING).count() == 3
    cancel = {"action": "cancel", "_selected_action": chosen}
    question = admin_client.post(address("outboxevent"), cancel).text
    assert "<strong>3 events</strong>" in question
    assert OutboxEvent.objects.filter(status=Status.PENDING).count() == 3
    admin_client.post(address("outboxevent"), cancel | {"confirmed": "yes"})
    assert OutboxEvent.objects.filter(status=Status.CANCELLED).count() == 3


def test_actions__refuse_too_many_at_a_time(admin_client):
    OutboxEvent.objects.bulk_create(OutboxEventFactory.build_batch(MOST_CHANGED + 1, status=Status.DEAD))
    everything = {"action": "retry", "select_across": "1", "index": "0", "_selected_action": "1"}
    page = admin_client.post(address("outboxevent"), everything, follow=True)
    assert "Choose at most 1000" in page.text
    assert not OutboxEvent.objects.exclude(status=Status.DEAD).exists()
