"""What browsers say of their copies, and that each verb works in the database that it is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.connection import ConnectionDoesNotExist

from capi_tracking import tracking
from capi_tracking.consent import vouched
from capi_tracking.events import CustomData
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, StaleHour, rollup
from capi_tracking.tracking import Receipt, Told, acknowledge, catch_up, is_recorded, recorded, told_id

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_marked():
    """What this process marked a moment ago, it would not mark again."""
    rollup._marked.clear()


def receipt(event_id: str = "e1", name: str = "Purchase", **changes: Any) -> Receipt:
    return Receipt(pixel="default", event_name=name, event_id=event_id, **changes)


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


# -- databases -------------------------------------------------------------------------------------------------------

VERBS = {
    "acknowledge": lambda event, using: acknowledge(receipt(state=BrowserState.HANDED_OVER), using=using),
    "is_recorded": lambda event, using: is_recorded(receipt(), using=using),
    "recorded": lambda event, using: recorded([receipt()], using=using),
    "track": lambda event, using: tracking.track(event, using=using),
    "track withheld": lambda event, using: tracking.track(event, using=using, withheld="why"),
    "track_all": lambda event, using: tracking.track_all([("default", event)], using=using),
    "skip": lambda event, using: tracking.skip(event, "why", using=using),
    "skip of an order": lambda event, using: tracking.skip(event, "why", using=using, order_key="1"),
    "skip_all": lambda event, using: tracking.skip_all([("default", event)], "why", using=using),
    "track_each": lambda event, using: tracking.track_each(
        [Told(event=event, consent=vouched())], source="api", using=using
    ),
    "foresee_each": lambda event, using: tracking.foresee_each(
        [Told(event=event, consent=vouched())], source="api", using=using
    ),
}


@pytest.fixture
def events(make_event: Any) -> list[Any]:
    """One as it should be, and one with data that is left out and counted."""
    told = CustomData(value=9, currency="EUR", content_name="jo@shop.example")
    return [make_event(event_id="e1"), make_event(event_id="e2", custom_data=told)]


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_verbs__work_in_the_database_that_they_are_told(
    events: list[Any], capi: Any, verb: Any, django_capture_on_commit_callbacks: Any
) -> None:
    capi(OUTBOX_DATABASES=["elsewhere"])
    with django_capture_on_commit_callbacks(execute=True):
        for event in events:
            verb(event, "default")


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_verbs__work_in_the_first_outbox_where_they_are_told_none(events: list[Any], capi: Any, verb: Any) -> None:
    capi(OUTBOX_DATABASES=["elsewhere"])
    with pytest.raises(ConnectionDoesNotExist):
        verb(events[0], None)
