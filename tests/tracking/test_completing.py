"""What becomes of a row that waits for its final contents, or was buried because it had none."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from capi_tracking.consent import Consent, vouched
from capi_tracking.events import CustomData, UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.models import Omission, OutboxEvent, Priority, StaleHour, Status, deadline, outbox_key, rollup
from capi_tracking.signals import event_recorded
from capi_tracking.tracking import bury, complete, track

pytestmark = pytest.mark.django_db
DENIED = Consent("denied", policy="1", source="cookie", at=datetime(2026, 1, 1, tzinfo=UTC))
TOLD = CustomData(value=9, currency="EUR", content_name="jo@shop.example")


@pytest.fixture(autouse=True)
def _nothing_marked():
    """What this process marked a moment ago, it would not mark again."""
    rollup._marked.clear()


def stored() -> OutboxEvent:
    return OutboxEvent.objects.get()


@pytest.fixture
def waiting(make_event):
    """A row that waits for its final contents, and what completes it."""
    track(make_event(event_id="e1", custom_data=TOLD), delay=timedelta(seconds=60), order_key="1")
    row = stored()

    def complete_with(consent=None, **changes):
        complete(row, make_event(event_id="e1", **changes), consent or vouched(), using="default", due_now=True)
        return OutboxEvent.objects.get(event_id="e1")

    return complete_with


def test_complete__gives_a_row_its_final_contents_now(waiting):
    row = waiting(custom_data=CustomData(value=5, currency="EUR"))
    assert (row.status, row.value) == (Status.PENDING, 5)
    assert OutboxEvent.objects.due("default", Priority.FIRST).count() == 1


def test_complete__withdraws_what_was_refused_meanwhile(waiting):
    row = waiting(DENIED)
    assert (row.status, row.reason, row.payload) == (Status.SKIPPED, "consent_denied", "")


def test_complete__counts_what_is_left_out_anew_and_nothing_twice(waiting, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        waiting(custom_data=TOLD)
    assert not Omission.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        waiting(custom_data=CustomData(value=9, currency="EUR", content_category="jo@shop.example"))
    assert [each.parameter for each in Omission.objects.all()] == ["content_category"]


def test_complete__counts_what_is_left_out_in_the_database_of_the_row(
    waiting, capi, django_capture_on_commit_callbacks
):
    capi(OUTBOX_DATABASES=["elsewhere"])
    with django_capture_on_commit_callbacks(execute=True):
        waiting(custom_data=CustomData(value=9, currency="EUR", content_category="jo@shop.example"))
    assert Omission.objects.count() == 1


def test_complete__tells_who_listens_and_marks_the_hours_that_change(waiting, django_capture_on_commit_callbacks):
    OutboxEvent.objects.update(event_time=timezone.now() - timedelta(hours=3))
    calls = []

    def listen(event, **_: object) -> None:
        calls.append(event.event_id)

    event_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            waiting(event_time=timezone.now() - timedelta(hours=5))
    finally:
        event_recorded.disconnect(listen)
    assert calls == ["e1"]
    assert StaleHour.objects.count() == 1


def test_complete__marks_the_sales_of_whom_the_row_spoke_and_of_whom_it_speaks_now(
    waiting, make_event, django_capture_on_commit_callbacks
):
    now, anna, ben, nobody = timezone.now(), *(UserData.of(email=f"{name}@shop.example") for name in ("a", "b", "c"))
    for hours, customer in ((8, anna), (6, ben), (4, nobody)):
        track(make_event(event_time=now - timedelta(hours=hours), user_data=customer))
    before = now - timedelta(hours=10)
    OutboxEvent.objects.filter(event_id="e1").update(event_time=before, email_key=_key_of(anna))
    with django_capture_on_commit_callbacks(execute=True):
        waiting(event_time=before, user_data=ben)
    hours = {(now - each.hour) // timedelta(hours=1) for each in StaleHour.objects.all()}
    assert hours == {10, 8, 6}


def test_complete__of_a_fresh_row_asks_nothing_of_what_was_added_up(waiting, django_assert_num_queries):
    with django_assert_num_queries(2):  # the row's UPDATE, and the test's own look
        waiting()


def _key_of(customer):
    return identity_key("em", customer.em[0])


@pytest.mark.parametrize("pixel", ["default", "misspelt"])
def test_bury__keeps_a_sale_that_can_not_be_told_with_all_that_is_known(capi, pixel):
    capi(ENVIRONMENT="staging")
    at = timezone.now() - timedelta(hours=2)
    buried = bury(
        name="Purchase",
        event_id="e1",
        event_time=at,
        action_source="website",
        pixel=pixel,
        using="default",
        order_key="7",
        source="order",
        reason="r" * 65,
        note="n" * 10_001,
    )
    row = stored()
    assert buried.key == row.key == outbox_key("1234567890" if pixel == "default" else "", "Purchase", "e1")
    assert (row.pixel, row.event_name, row.event_id, row.event_time) == (pixel, "Purchase", "e1", at)
    assert (row.action_source, row.source, row.environment) == ("website", "order", "staging")
    assert (row.priority, row.deadline_at) == (Priority.FIRST, deadline(at, "website"))
    assert (row.order_key, row.part, row.consent_state) == ("7", "", "unknown")
    assert (row.status, row.reason, row.notes) == (Status.DEAD, "r" * 64, "n" * 10_000)


def test_complete__gives_a_buried_row_the_time_that_is_known_at_last_and_no_later_deadline_than_its_copys(make_event):
    now = timezone.now()
    facts = {"name": "Purchase", "action_source": "website", "pixel": "default", "source": "order", "using": "default"}
    for key, browser_at in (("1", None), ("2", now)):
        assert bury(event_id=key, event_time=now, order_key=key, reason="no value", **facts).notes == ""
        OutboxEvent.objects.filter(order_key=key).update(browser_at=browser_at, deadline_at=now + timedelta(hours=47))
        row = OutboxEvent.objects.get(order_key=key)
        paid_at = now - timedelta(hours=3)
        event = make_event(event_id=key, event_time=paid_at)
        complete(row, event, vouched(), using="default", due_now=True)
        latest = deadline(paid_at, "website") if browser_at is None else now + timedelta(hours=47)
        row = OutboxEvent.objects.get(order_key=key)
        assert (row.event_time, row.deadline_at, row.status) == (paid_at, latest, Status.PENDING)
