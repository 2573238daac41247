"""What is kept of a customer, and for how long."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capi_tracking import tasks
from capi_tracking.models import (
    BrowserReceipt,
    CheckoutContext,
    DeliveryAttempt,
    OutboxEvent,
    SkipCount,
    Status,
    slices,
)
from capi_tracking.privacy import Cleared, prune
from tests.factories import BrowserReceiptFactory, CheckoutContextFactory, DeliveryAttemptFactory
from tests.outbox_rows import make_row, make_rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


def settled(number: int = 1, ago: timedelta = 3 * DAY, **changes: Any) -> OutboxEvent:
    at = timezone.now() - ago
    values = {"status": Status.SENT, "due_at": None, "settled_at": at, "sent_at": at, "event_time": at}
    return make_row(number, **(values | changes))


def redacted() -> set[str]:
    return set(OutboxEvent.objects.filter(payload="", redacted_at__isnull=False).values_list("event_id", flat=True))


def test_redact__takes_the_payload_once_the_pair_window_is_over_and_not_before() -> None:
    settled(1, ago=49 * HOUR)
    settled(2, ago=47 * HOUR)
    assert prune().redacted == 1
    assert redacted() == {"e1"}


@pytest.mark.parametrize("status", [Status.PENDING, Status.LEASED, Status.HELD])
def test_redact__leaves_what_may_still_be_sent(status: str) -> None:
    make_row(status=status, created_at=timezone.now() - 6 * DAY)
    assert prune() == Cleared()


@pytest.mark.parametrize(("left", "gone"), [(HOUR, 0), (-HOUR, 1)])
def test_redact__keeps_what_is_dead_until_its_deadline_since_staff_may_try_it_again(left: timedelta, gone: int) -> None:
    settled(status=Status.DEAD, sent_at=None, deadline_at=timezone.now() + left)
    assert prune().redacted == gone


def test_redact__leaves_what_the_dashboard_counts() -> None:
    settled(match_keys="em,ph", match_score=70, value="9.90", currency="EUR", order_key="shop.order:1", part="")
    before = OutboxEvent.objects.values("match_keys", "match_score", "value", "currency", "order_key", "status").get()
    prune()
    assert OutboxEvent.objects.values(*before).get() == before


def test_redact__is_a_setting(capi: Any) -> None:
    capi(REDACT_AFTER=timedelta(days=7))
    settled(ago=3 * DAY)
    assert prune() == Cleared()


def test_prune__deletes_what_is_older_than_the_setting_and_nothing_else(capi: Any) -> None:
    capi(PRUNE_AFTER=30 * DAY, CONTEXT_DAYS=30)
    for days in (31, 29):
        ago = timezone.now() - days * DAY
        settled(days, ago=days * DAY)
        DeliveryAttemptFactory(started_at=ago)
        BrowserReceiptFactory(created_at=ago)
        CheckoutContextFactory(created_at=ago)
        SkipCount.objects.create(day=ago.date(), pixel="default", event_name="PageView", reason="bot", count=1)
    assert prune() == Cleared(redacted=2, events=1, attempts=1, receipts=1, contexts=1, counts=1)
    models = (OutboxEvent, DeliveryAttempt, BrowserReceipt, CheckoutContext, SkipCount)
    assert [model.objects.count() for model in models] == [1] * len(models)


def test_prune__never_deletes_what_still_waits(capi: Any) -> None:
    make_row(event_time=timezone.now() - 500 * DAY, status=Status.HELD)
    assert prune() == Cleared()


def test_prune__takes_slices_and_goes_on_where_it_ended(monkeypatch: Any) -> None:
    monkeypatch.setattr(slices, "SLICE", 10)
    monkeypatch.setattr(slices, "SLICES", 2)
    make_rows(45, status=Status.SENT, due_at=None, settled_at=timezone.now() - 3 * DAY)
    assert [prune().redacted for _ in range(4)] == [20, 20, 5, 0]


def test_prune__no_statement_touches_more_rows_than_a_slice(monkeypatch: Any, capi: Any) -> None:
    capi(PRUNE_AFTER=30 * DAY)
    monkeypatch.setattr(slices, "SLICE", 10)
    make_rows(25, status=Status.SENT, due_at=None, settled_at=timezone.now(), event_time=timezone.now() - 40 * DAY)
    with CaptureQueriesContext(connection) as asked:
        assert prune().events == 25
    deletes = [query["sql"] for query in asked if query["sql"].startswith("DELETE")]
    assert len(deletes) == 3
    assert max(sql.partition("IN (")[2].count(",") + 1 for sql in deletes) == 10


def test_capi_prune__goes_on_until_nothing_is_left_and_says_what_it_did(monkeypatch: Any) -> None:
    monkeypatch.setattr(slices, "SLICE", 10)
    monkeypatch.setattr(slices, "SLICES", 1)
    make_rows(25, status=Status.SENT, due_at=None, settled_at=timezone.now() - 3 * DAY)
    out = StringIO()
    call_command("capi_prune", stdout=out)
    assert out.getvalue().startswith("25 redacted; deleted: 0 events")


def test_task__prunes_each_database_of_the_outbox() -> None:
    settled()
    tasks.prune()
    assert redacted() == {"e1"}
    assert tasks.CAPI_BEAT_SCHEDULE["capi-tracking-prune"]["options"]["expires"]
