"""Whose rows are whose: leases that are renewed, lost, or left by the dead."""

from datetime import timedelta
from typing import Any

import pytest

from capi_tracking.delivery import consignment
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.signals import event_failed
from capi_tracking.transports import Batch
from tests.delivery.clock import Clock
from tests.delivery.sending import deliver, heard, ids, make_due
from tests.outbox_rows import make_row, make_rows, statuses

pytestmark = pytest.mark.django_db


class WorkerDies(BaseException):
    pass


def dies(batch: Batch) -> None:
    raise WorkerDies


@pytest.mark.parametrize(("seconds", "put_back"), [(9, 0), (10, 1)])
def test_deliver_due__renews_the_lease_once_a_tenth_of_it_is_over_or_finds_it_lost(
    capi: Any, monkeypatch: pytest.MonkeyPatch, seconds: int, put_back: int
) -> None:
    capi(LEASE=timedelta(seconds=100), BATCH_BYTES=1)
    clock = Clock()
    monkeypatch.setattr(consignment, "time", clock)
    make_rows(3)

    def another_takes_the_last(batch: Batch) -> None:
        clock.passes(seconds)
        OutboxEvent.objects.filter(event_id="e3").update(lease_token="another")

    report, transport = deliver(another_takes_the_last)
    assert report.put_back == put_back
    assert [ids(batch) for batch in transport.sent] == [["e1"], ["e2"]]
    assert statuses() == {"e1": Status.SENT, "e2": Status.SENT, "e3": Status.LEASED}


def test_deliver_due__that_renewed_its_lease_goes_on(capi: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    capi(LEASE=timedelta(seconds=100), BATCH_BYTES=1)
    clock = Clock()
    monkeypatch.setattr(consignment, "time", clock)
    make_rows(3)
    report, _ = deliver(always=lambda batch: clock.passes(60))
    assert (report.delivered, report.put_back) == (3, 0)


def test_deliver_due__what_was_withdrawn_during_a_request_is_in_none_that_follows(capi: Any) -> None:
    capi(BATCH_BYTES=1)
    make_rows(3)

    def somebody_says_no(batch: Batch) -> None:
        OutboxEvent.objects.filter(event_id="e2").revoke("withdrawn", limit=1)

    _, transport = deliver(somebody_says_no)
    assert [ids(batch) for batch in transport.sent] == [["e1"], ["e3"]]
    assert statuses() == {"e1": Status.SENT, "e2": Status.CANCELLED, "e3": Status.SENT}


def test_deliver_due__takes_over_from_a_worker_that_died() -> None:
    make_row()
    with pytest.raises(WorkerDies):
        deliver(dies)
    assert not deliver()[0]
    make_due()
    assert deliver()[0].delivered == 1


def test_deliver_due__a_row_that_killed_five_workers_goes_alone_then_is_dead() -> None:
    make_rows(3)
    OutboxEvent.objects.filter(event_id="e2").update(leases=5)

    with pytest.raises(WorkerDies):
        deliver(always=lambda batch: dies(batch) if ids(batch) == ["e2"] else None)
    assert statuses() == {"e1": Status.SENT, "e2": Status.LEASED, "e3": Status.SENT}
    make_due()
    with heard(event_failed) as calls:
        report, transport = deliver()
    assert (report.failed, transport.sent) == (1, [])
    assert [call["reason"] for call in calls] == ["never_answered"]


def test_deliver_due__suspects_that_were_not_tried_get_their_chance() -> None:
    make_rows(3, leases=5)

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
