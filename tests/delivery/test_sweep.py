"""The sweep closes what is too late, hastens what soon will be, and delivers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.delivery import sweep
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.signals import event_failed
from capi_tracking.transports.local import ScriptedTransport
from tests.delivery.sending import heard, ids
from tests.outbox_rows import make_row, make_rows

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def test_sweep__closes_what_is_too_late_and_tells() -> None:
    make_rows(2, status=Status.HELD, due_at=None, deadline_at=timezone.now() - HOUR)
    with heard(event_failed) as calls:
        report = sweep("default", transport=ScriptedTransport())
    assert report.expired == 2
    assert [(len(call["keys"]), call["reason"]) for call in calls] == [(2, "too_old")]


def test_sweep__a_closed_pair_window_is_skipped_and_not_sent() -> None:
    seen = timezone.now() - timedelta(hours=48)
    make_row(browser_at=seen, deadline_at=seen + timedelta(hours=47))
    transport = ScriptedTransport()
    sweep("default", transport=transport)
    assert transport.sent == []
    assert OutboxEvent.objects.get().reason == "pair_window_closed"


def test_sweep__hastens_then_delivers() -> None:
    make_rows(2, due_at=timezone.now() - HOUR)
    make_row(9, deadline_at=timezone.now() + HOUR)
    transport = ScriptedTransport()
    sweep("default", transport=transport)
    assert [ids(batch) for batch in transport.sent] == [["e9"], ["e1", "e2"]]
