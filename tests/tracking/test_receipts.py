"""What browsers say of their copies."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking import tracking
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, StaleHour, rollup
from capi_tracking.tracking import Receipt, acknowledge, catch_up, is_recorded, recorded, told_id

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_marked():
    """What this process marked a moment ago, it would not mark again."""
    rollup._marked.clear()


def receipt(event_id: str = "e1", name: str = "Purchase", **changes: Any) -> Receipt:
    return Receipt(pixel="default", event_name=name, event_id=event_id, **changes)


def said_of(event: Any, state: BrowserState = BrowserState.HANDED_OVER, **changes: Any) -> Receipt:
    return receipt(event.event_id, event.name, state=state, **changes)


def stored() -> OutboxEvent:
    return OutboxEvent.objects.get()


def test_told_id__is_the_first_under_which_a_browser_told_of_that_event() -> None:
    for event_id in ("c", "b"):
        acknowledge(receipt(event_id))
    asked = {"event_ids": ["a", "b", "c"], "using": "default"}
    assert told_id("default", "Purchase", **asked) == "b"
    assert told_id("default", "Lead", **asked) == ""
    assert told_id("default", "Purchase", ["a"], using="default") == ""


def test_told_id__reads_the_receipts_of_these_ids_alone(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as asked:
        told_id("default", "Purchase", ["a", "b"], using="default")
    assert all(receipt(event_id).key in asked[0]["sql"] for event_id in ("a", "b"))


def test_told_id__of_one_pixel_says_nothing_of_another(capi: Any) -> None:
    capi(PIXELS={alias: {"PIXEL_ID": alias, "ACCESS_TOKEN": "t"} for alias in ("default", "other")})
    acknowledge(receipt())
    assert told_id("other", "Purchase", ["e1"], using="default") == ""


def test_recorded__are_those_whose_events_are_in_the_outbox(make_event: Any) -> None:
    tracking.track(make_event(event_id="e1"))
    tracking.track(make_event(event_id="e2"))
    assert recorded([receipt("e1"), receipt("e9")]) == {receipt("e1").key}
    assert recorded([]) == set()
    assert is_recorded(receipt("e2"))
    assert not is_recorded(receipt("e2", "Lead"))


def test_acknowledge__keeps_who_said_it_and_as_much_of_the_detail_as_fits() -> None:
    acknowledge(receipt(visitor_key="f" * 16, detail="x" * 99))
    kept = BrowserReceipt.objects.get()
    assert (kept.pixel, kept.event_name, kept.event_id) == ("default", "Purchase", "e1")
    assert (kept.visitor_key, kept.detail) == ("f" * 16, "x" * 64)


def test_acknowledge__keeps_the_time_that_its_row_goes_by(make_event: Any) -> None:
    tracking.track(make_event(event_id="e1"))
    acknowledge(receipt(state=BrowserState.HANDED_OVER))
    assert BrowserReceipt.objects.get().changed_at == OutboxEvent.objects.get().browser_at


def test_acknowledge__brings_the_deadline_forward_to_the_pair_window(make_event: Any) -> None:
    event = make_event()
    tracking.track(event)
    acknowledge(said_of(event))
    row = stored()
    assert row.deadline_at == row.browser_at + timedelta(hours=47)


def test_acknowledge__never_moves_the_deadline_back(make_event: Any) -> None:
    event = make_event(event_time=timezone.now() - timedelta(days=6))
    tracking.track(event)
    before = stored().deadline_at
    acknowledge(said_of(event))
    assert stored().deadline_at == before


def test_acknowledge__a_second_handover_does_not_reopen_the_window(make_event: Any) -> None:
    event = make_event()
    tracking.track(event)
    acknowledge(said_of(event))
    first = stored().browser_at
    acknowledge(said_of(event, visitor_key="b" * 16))
    assert stored().browser_at == first


def test_acknowledge__the_state_only_rises(make_event: Any) -> None:
    event = make_event()
    for state in (BrowserState.UNKNOWN, BrowserState.HANDED_OVER, BrowserState.BLOCKED):
        acknowledge(said_of(event, state))
    assert BrowserReceipt.objects.get().state == BrowserState.HANDED_OVER


def test_acknowledge__a_blocked_copy_opens_no_pair_window(make_event: Any) -> None:
    event = make_event()
    tracking.track(event)
    acknowledge(said_of(event, BrowserState.BLOCKED))
    assert stored().browser_at is None


def test_acknowledge__keeps_one_receipt_for_each_visitor(make_event: Any) -> None:
    event = make_event()
    acknowledge(said_of(event, visitor_key="a" * 16))
    acknowledge(said_of(event, visitor_key="b" * 16))
    assert BrowserReceipt.objects.count() == 2


def test_catch_up__gives_a_row_the_time_of_its_browser_copy(
    make_event: Any, django_capture_on_commit_callbacks: Any
) -> None:
    row, other = (tracking.track(make_event(event_id=each)) for each in ("e1", "e2"))
    for key, visitor, ago in ((row.key, "a", 3 * HOUR), (row.key, "b", 5 * HOUR), (receipt("e3").key, "a", 7 * HOUR)):
        told_at = {"changed_at": timezone.now() - ago, "created_at": timezone.now() - ago}
        BrowserReceipt.objects.create(key=key, visitor_key=visitor, state=BrowserState.HANDED_OVER, **told_at)
    with django_capture_on_commit_callbacks(execute=True):
        catch_up(row.key, using="default")
    row = OutboxEvent.objects.get(key=row.key)
    assert row.browser_at is not None
    assert abs(row.browser_at - (timezone.now() - 5 * HOUR)) < timedelta(seconds=10)
    assert row.deadline_at == row.browser_at + 47 * HOUR
    assert OutboxEvent.objects.get(key=other.key).browser_at is None
    assert StaleHour.objects.count() == 2, "of both copies: they were counted there without a row"


def test_catch_up__goes_by_no_copy_that_was_not_handed_over(make_event: Any) -> None:
    row = tracking.track(make_event(event_id="e1"))
    acknowledge(receipt(state=BrowserState.BLOCKED))
    catch_up(row.key, using="default")
    assert OutboxEvent.objects.get(key=row.key).browser_at is None
