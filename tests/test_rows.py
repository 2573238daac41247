"""How an event becomes a row of the outbox."""

from typing import Any

import pytest

from capi_tracking.consent import vouched
from capi_tracking.models import OutboxEvent, Priority
from capi_tracking.tracking import Told, track, track_all, track_each

pytestmark = pytest.mark.django_db


def test_verbs_for_many__record_rows_that_are_due_at_once(make_event: Any) -> None:
    track_all([("default", make_event(event_id="e1"))])
    track_each([Told(event=make_event(event_id="e2"), consent=vouched())], source="api")
    assert OutboxEvent.objects.due("default", Priority.FIRST).count() == 2


def test_row__of_an_event_as_it_should_be_says_of_nothing_that_it_was_refused(make_event: Any) -> None:
    track(make_event())
    row = OutboxEvent.objects.get()
    assert (row.refused_bits, row.notes) == (0, "")
