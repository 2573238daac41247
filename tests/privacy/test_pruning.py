"""What is kept of a customer, and for how long."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from capi_tracking import tasks
from capi_tracking.models import (
    BrowserReceipt,
    CheckoutContext,
    DeliveryAttempt,
    OrderDifference,
    OutboxEvent,
    PageReport,
    QualityFetch,
    QualitySnapshot,
    Reconciliation,
    SkipCount,
    Status,
    Withdrawal,
)
from capi_tracking.models.database import slices
from capi_tracking.privacy import Cleared, prune
from tests.factories import BrowserReceiptFactory, CheckoutContextFactory, DeliveryAttemptFactory
from tests.outbox_rows import make_row, make_rows, payload, statuses

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MODELS: Any = (
    OutboxEvent,
    DeliveryAttempt,
    BrowserReceipt,
    CheckoutContext,
    SkipCount,
    PageReport,
    Withdrawal,
    OrderDifference,
    Reconciliation,
    QualitySnapshot,
    QualityFetch,
)

pytestmark = pytest.mark.django_db


def settled(number: int = 1, ago: timedelta = 3 * DAY, **changes: Any) -> OutboxEvent:
    at = timezone.now() - ago
    values = {"status": Status.SENT, "due_at": None, "settled_at": at, "sent_at": at, "event_time": at}
    return make_row(number, **(values | changes))


def asked(at: datetime) -> None:
    """A question to Meta, and its answer."""
    QualityFetch.objects.create(pixel="default", started_at=at)
    QualitySnapshot.objects.create(pixel="default", event_name="Purchase", day=at.date())


def compared(at: datetime, key: str = "shop.order:1") -> None:
    """A comparison, and what it found."""
    Reconciliation.objects.create(started_at=at, since=at, until=at)
    OrderDifference.objects.create(order_key=key, event_name="Purchase", kind="drift", event_time=at)


@contextmanager
def before_the_first_update(act: Callable[[], object]) -> Iterator[None]:
    """Somebody else's work, just after this one's rows were chosen."""
    todo = [act]

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and todo:
            todo.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


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


def test_redact__takes_what_is_dead_at_its_deadline_however_lately_it_died() -> None:
    settled(status=Status.DEAD, ago=HOUR, sent_at=None, deadline_at=timezone.now() - timedelta(seconds=1))
    assert prune().redacted == 1
    assert prune().redacted == 0


def test_redact__a_slice_is_no_larger_for_what_is_dead(monkeypatch: Any) -> None:
    monkeypatch.setattr(slices, "SLICE", 5)
    gone = {"due_at": None, "settled_at": timezone.now() - 3 * DAY, "deadline_at": timezone.now() - HOUR}
    make_rows(4, status=Status.SENT, **gone)
    make_rows(4, first=11, status=Status.DEAD, **gone)
    assert [OutboxEvent.objects.redact(2 * DAY, limit=5) for _ in range(3)] == [5, 3, 0]


def test_redact__is_not_stopped_by_waiting_rows_that_somebody_marked_as_settled(monkeypatch: Any) -> None:
    monkeypatch.setattr(slices, "SLICE", 2)
    make_rows(2, settled_at=timezone.now() - 9 * DAY)
    make_rows(3, first=11, status=Status.SENT, due_at=None, settled_at=timezone.now() - 3 * DAY)
    assert prune().redacted == 3
    assert redacted() == {"e11", "e12", "e13"}


def test_redact__leaves_what_came_to_life_while_it_chose() -> None:
    """A sale whose adapter has been mended is built at the very moment at which its empty row is redacted."""
    row = settled(status=Status.DEAD, payload="", sent_at=None, deadline_at=timezone.now() - HOUR)
    with before_the_first_update(lambda: OutboxEvent.objects.complete(row.key, due_now=True, payload=payload(1))):
        assert OutboxEvent.objects.redact(2 * DAY, limit=5) == 0
    row.refresh_from_db()
    assert (row.status, row.payload, row.redacted_at) == (Status.PENDING, payload(1), None)


def test_redact__takes_a_row_that_lived_again_once_more() -> None:
    row = settled(status=Status.DEAD, payload="", sent_at=None)
    OutboxEvent.objects.complete(row.key, due_now=True, payload=payload(1))
    OutboxEvent.objects.settle([row.pk], attempt=None, short=False, test=False)
    OutboxEvent.objects.update(settled_at=timezone.now() - 3 * DAY)
    assert prune().redacted == 1
    assert OutboxEvent.objects.get().payload == ""


@pytest.mark.parametrize("verb", ["complete", "withdraw"])
def test_redact__what_meta_refused_does_not_live_again_once_its_payload_is_gone(verb: str) -> None:
    row = settled(status=Status.DEAD, sent_at=None, reason="rejected_100", deadline_at=timezone.now() - HOUR)
    prune()
    given: dict[str, Any] = {"due_now": True} if verb == "complete" else {"reason": "no_consent"}
    assert getattr(OutboxEvent.objects, verb)(row.key, **given) == 0
    assert not OutboxEvent.objects.incomplete(row.order_key).exists()
    assert redacted() == {"e1"}


@pytest.mark.parametrize("status", [Status.PENDING, Status.DEAD])
def test_complete__leaves_nothing_behind_of_a_former_end(status: str) -> None:
    at = timezone.now() - DAY
    row = make_row(
        status=status, payload="", due_at=None, settled_at=at, reason="adapter_failed",
        redacted_at=at if status == Status.PENDING else None,
    )  # fmt: skip
    assert OutboxEvent.objects.complete(row.key, due_now=True, payload=payload(1)) == 1
    row.refresh_from_db()
    assert (row.status, row.reason, row.settled_at, row.redacted_at) == (Status.PENDING, "", None, None)
    assert row.due_at
    assert row.payload == payload(1)


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
    capi(PRUNE_AFTER=70 * DAY, CONTEXT_DAYS=70)
    for days in (71, 69):
        ago = timezone.now() - days * DAY
        settled(days, ago=days * DAY)
        DeliveryAttemptFactory(started_at=ago)
        BrowserReceiptFactory(created_at=ago)
        CheckoutContextFactory(created_at=ago)
        SkipCount.objects.create(day=ago.date(), pixel="default", event_name="PageView", reason="bot", count=1)
        PageReport.objects.create(day=ago.date(), kind="foreign", subject="1", name="PageView", count=1)
        Withdrawal.objects.create(kind="email", key=f"{days:016}", withdrawn_at=ago)
        compared(ago, key=f"shop.order:{days}")
        asked(ago)
    gone = ("events", "attempts", "receipts", "contexts", "counts", "reports", "withdrawals")
    gone = (*gone, "differences", "reconciliations", "snapshots", "fetches")
    assert prune() == Cleared(redacted=2, **dict.fromkeys(gone, 1))
    assert [model.objects.count() for model in MODELS] == [1] * len(MODELS)


def test_prune__keeps_a_sale_for_63_days_whatever_the_setting(capi: Any) -> None:
    """Meta takes a sale in a shop for 62: without its row it could be recorded, and sent, a second time."""
    capi(PRUNE_AFTER=DAY)
    settled(1, ago=63 * DAY - HOUR)
    settled(2, ago=63 * DAY + HOUR)
    assert prune().events == 1
    assert statuses() == {"e1": Status.SENT}


@pytest.mark.parametrize("work", [tasks.prune, tasks.sweep])
@pytest.mark.parametrize("years", [-30, 5])
def test_host__whose_clock_is_wrong_by_years_deletes_nothing_young(work: Any, years: int) -> None:
    settled(1, ago=HOUR)
    make_row(2, status=Status.HELD, due_at=None)
    DeliveryAttemptFactory()
    BrowserReceiptFactory()
    CheckoutContextFactory()
    SkipCount.objects.create(day=timezone.now().date(), pixel="default", event_name="PageView", reason="bot", count=1)
    PageReport.objects.create(day=timezone.now().date(), kind="foreign", subject="1", name="PageView", count=1)
    Withdrawal.objects.create(kind="email", key="0" * 16, withdrawn_at=timezone.now())
    compared(timezone.now())
    asked(timezone.now())
    with time_machine.travel(timezone.now() + years * 365 * DAY):
        work.run()
    assert statuses() == {"e1": Status.SENT, "e2": Status.HELD}
    assert not OutboxEvent.objects.filter(payload="").exists()
    assert [model.objects.count() for model in MODELS] == [2, *[1] * (len(MODELS) - 1)]


def test_host__whose_clock_is_years_behind_settles_rows_that_are_not_redacted_at_once() -> None:
    row = make_row()
    with time_machine.travel(timezone.now() - 5 * 365 * DAY):
        OutboxEvent.objects.settle([row.pk], attempt=None, short=False, test=False)
    assert prune().redacted == 0
    assert redacted() == set()


def test_host__whose_clock_is_years_behind_still_deletes_what_is_old() -> None:
    settled(ago=401 * DAY)
    with time_machine.travel(timezone.now() - 30 * 365 * DAY):
        assert prune().events == 1


def test_prune__never_deletes_what_still_waits(capi: Any) -> None:
    make_row(event_time=timezone.now() - 500 * DAY, status=Status.HELD)
    assert prune() == Cleared()


def test_prune__takes_slices_and_goes_on_where_it_ended(monkeypatch: Any) -> None:
    monkeypatch.setattr(slices, "SLICE", 10)
    monkeypatch.setattr(slices, "SLICES", 2)
    make_rows(45, status=Status.SENT, due_at=None, settled_at=timezone.now() - 3 * DAY)
    assert [prune().redacted for _ in range(4)] == [20, 20, 5, 0]


def test_prune__no_statement_touches_more_rows_than_a_slice(monkeypatch: Any, capi: Any) -> None:
    capi(PRUNE_AFTER=70 * DAY)
    monkeypatch.setattr(slices, "SLICE", 10)
    make_rows(25, status=Status.SENT, due_at=None, settled_at=timezone.now(), event_time=timezone.now() - 80 * DAY)
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


def test_unhurried__rests_as_long_as_a_whole_slice_took_and_not_after_the_last(monkeypatch: Any) -> None:
    clock, rests = itertools.count(step=0.25), []
    monkeypatch.setattr(slices, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=rests.append))
    left = [1000, 1000, 7]
    assert slices.in_slices(slices.unhurried(lambda limit: left.pop(0))) == 2007
    assert rests == [0.25, 0.25]
