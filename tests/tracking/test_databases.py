"""Each verb works in the database that it is told."""

from typing import Any

import pytest
from django.utils.connection import ConnectionDoesNotExist

from capi_tracking import tracking
from capi_tracking.consent import vouched
from capi_tracking.events import CustomData
from capi_tracking.models import BrowserState
from capi_tracking.tracking import Receipt, Told, acknowledge, is_recorded, recorded

pytestmark = pytest.mark.django_db


def receipt(**changes: Any) -> Receipt:
    return Receipt(pixel="default", event_name="Purchase", event_id="e1", **changes)


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
