"""Whose rows are whose: leases that are renewed, lost, or left by the dead."""

from datetime import timedelta
from typing import Any

import pytest

from capi_tracking.conf import PixelSettings
from capi_tracking.delivery import Report
from capi_tracking.models import OutboxEvent, Pixel, Priority, Status
from capi_tracking.signals import event_failed
from capi_tracking.transports import Batch
from capi_tracking.transports.local import ScriptedTransport
from tests.delivery.sending import deliver, heard, ids, make_due
from tests.outbox_rows import make_row, make_rows, statuses

pytestmark = pytest.mark.django_db


def test_deliver_due__renews_the_lease_before_a_later_request_or_stops(capi: Any) -> None:
    capi(LEASE=timedelta(microseconds=10), BATCH_BYTES=1)
    make_rows(3)
    OutboxEvent.objects.update(leases=0)

    def another_takes_the_rest(batch: Batch) -> None:
        OutboxEvent.objects.filter(event_id="e3").update(lease_token="another")

    claimed_for = timedelta(minutes=5)
    token, rows = OutboxEvent.objects.claim("default", Priority.NORMAL, limit=3, lease=claimed_for)
    from capi_tracking.delivery.consignment import Consignment
    from capi_tracking.delivery.lane import Lane

    transport, report = ScriptedTransport(another_takes_the_rest), Report()
    transport.pixel = PixelSettings(alias="default", pixel_id="1")
    Pixel.objects.create(alias="default")
    Consignment(Lane(transport, "default", report, lambda: False), token, rows).work()
    assert [ids(batch) for batch in transport.sent] == [["e1"]]
    assert statuses() == {"e1": Status.SENT, "e2": Status.PENDING, "e3": Status.LEASED}


def test_deliver_due__takes_over_from_a_worker_that_died() -> None:
    make_row()
    OutboxEvent.objects.claim("default", Priority.NORMAL, limit=1, lease=timedelta(minutes=5))
    assert not deliver()[0]
    make_due()
    assert deliver()[0].delivered == 1


def test_deliver_due__a_row_that_killed_five_workers_goes_alone_then_is_dead() -> None:
    make_rows(3)
    OutboxEvent.objects.filter(event_id="e2").update(leases=5)

    class WorkerDies(BaseException):
        pass

    def dies(batch: Batch) -> None:
        if ids(batch) == ["e2"]:
            raise WorkerDies

    with pytest.raises(WorkerDies):
        deliver(always=dies)
    assert statuses() == {"e1": Status.SENT, "e2": Status.LEASED, "e3": Status.SENT}
    make_due()
    with heard(event_failed) as calls:
        report, transport = deliver()
    assert (report.failed, transport.sent) == (1, [])
    assert [call["reason"] for call in calls] == ["never_answered"]


def test_deliver_due__suspects_that_were_not_tried_get_their_chance() -> None:
    make_rows(3, leases=5)

    class WorkerDies(BaseException):
        pass

    def dies(batch: Batch) -> None:
        raise WorkerDies

    with pytest.raises(WorkerDies):
        deliver(always=dies)
    make_due()
    assert deliver()[0].delivered == 2
    assert statuses() == {"e1": Status.DEAD, "e2": Status.SENT, "e3": Status.SENT}


def test_deliver_due__stops_after_the_batch_in_hand(capi: Any) -> None:
    capi(BATCH_SIZE=2)
    make_rows(6)
    stopped: list[bool] = []
    report, _ = deliver(lambda batch: stopped.append(True), stop=lambda: bool(stopped))
    assert report.delivered == 2
    assert Status.LEASED not in statuses().values()


def test_deliver_due__ends_when_its_time_is_used_up(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(3)
    report, _ = deliver(budget=timedelta(microseconds=1))
    assert report.delivered == 0
