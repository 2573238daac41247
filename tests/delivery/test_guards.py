"""What may not go out enters no batch."""

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from capi_tracking.delivery import deliver_due
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Status
from capi_tracking.signals import event_failed
from capi_tracking.transports import Acknowledgement, Batch
from tests.delivery.sending import deliver, heard, ids, refuses
from tests.outbox_rows import make_row, make_rows, statuses

pytestmark = pytest.mark.django_db


# -- guards ----------------------------------------------------------------------------------------------------------


def test_deliver_due__another_environments_rows_are_held(capi: Any) -> None:
    capi(ENVIRONMENT="staging")
    make_row(1, environment="production")
    make_row(2, environment="staging")
    make_row(3, environment="")
    report, transport = deliver()
    assert [ids(batch) for batch in transport.sent] == [["e2"]]
    assert report.held == 2
    assert OutboxEvent.objects.get(event_id="e1").reason == "other_environment"
    OutboxEvent.objects.filter(event_id="e1").release()
    assert deliver()[0].delivered == 1


def test_deliver_due__without_an_environment_there_is_no_guard() -> None:
    make_row(environment="production")
    assert deliver()[0].delivered == 1


def test_deliver_due__a_row_past_its_deadline_never_enters_a_batch() -> None:
    make_row(1, deadline_at=timezone.now() - timedelta(seconds=1))
    make_row(2)
    with heard(event_failed) as calls:
        report, transport = deliver()
    assert [ids(batch) for batch in transport.sent] == [["e2"]]
    assert report.expired == 1
    assert statuses()["e1"] == Status.EXPIRED
    assert [call["reason"] for call in calls] == ["too_old"]


def test_deliver_due__a_worker_whose_clock_is_wrong_throws_nothing_away() -> None:
    make_row()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        report, _ = deliver()
    assert (report.delivered, report.expired) == (1, 0)


def test_deliver_due__what_a_host_tells_whose_clock_runs_ahead_waits_until_it_has_happened() -> None:
    ahead = timezone.now() + timedelta(hours=1)
    make_row(1, event_time=ahead)
    make_row(2, event_time=timezone.now() + timedelta(seconds=5))
    report, transport = deliver()
    assert [ids(batch) for batch in transport.sent] == [["e2"]]
    assert report.put_back == 1
    waiting = OutboxEvent.objects.get(event_id="e1")
    assert (waiting.status, waiting.lease_token, waiting.due_at) == (Status.PENDING, "", ahead)
    make_row(3)
    assert deliver()[0].requests == 1
    OutboxEvent.objects.filter(pk=waiting.pk).update(
        event_time=ahead - timedelta(hours=1), due_at=ahead - timedelta(hours=1)
    )
    assert deliver()[0].delivered == 1


def test_deliver_due__a_row_without_its_payload_never_enters_a_batch() -> None:
    make_row(1, payload="")
    make_row(2)
    _, transport = deliver()
    assert [ids(batch) for batch in transport.sent] == [["e2"]]
    assert OutboxEvent.objects.get(event_id="e1").reason == "no_payload"


@pytest.mark.parametrize(
    ("changes", "pixel_changes", "sends"),
    [
        ({"GRAPH_URL": "https://graph.facebook.com"}, {}, False),
        ({"GRAPH_URL": "https://graph.facebook.com", "SEND_IN_DEBUG": True}, {}, True),
        ({"GRAPH_URL": "https://graph.facebook.com"}, {"TEST_EVENT_CODE": "TEST1"}, True),
        ({"GRAPH_URL": "http://127.0.0.1:9"}, {}, True),
    ],
)
def test_deliver_due__debug_sends_nothing_live_unless_told_to(
    changes: dict[str, Any], pixel_changes: dict[str, Any], sends: bool, settings: Any, capi: Any, caplog: Any
) -> None:
    from capi_tracking.transports.graph import GraphTransport

    class Recording(GraphTransport):
        def send(self, batch: Batch) -> Acknowledgement:
            return Acknowledgement(events_received=len(batch))

    settings.DEBUG = True
    capi(**changes, PIXELS={"default": {"PIXEL_ID": "1", "ACCESS_TOKEN": "t", **pixel_changes}})
    row = make_row()
    deliver_due("default", transport=Recording)
    row.refresh_from_db()
    assert (row.status == Status.SENT) is sends
    if not sends:
        assert (row.status, row.leases) == (Status.PENDING, 0)


def test_deliver_due__debug_says_so_once(settings: Any, capi: Any, caplog: Any) -> None:
    from capi_tracking.delivery import drain
    from capi_tracking.transports.graph import GraphTransport

    drain._say_once.cache_clear()
    settings.DEBUG = True
    capi(GRAPH_URL="https://graph.facebook.com")
    for _ in range(2):
        deliver_due("default", transport=GraphTransport)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


# -- sweep -----------------------------------------------------------------------------------------------------------


def test_attempts__hold_no_payload() -> None:
    make_rows(2)
    deliver(refuses("e1"), always=None)
    for values in DeliveryAttempt.objects.values():
        assert "ViewContent" not in str(values)
