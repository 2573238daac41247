"""Who is told to slow down waits, and whom Meta may soon tell eases off."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.exceptions import Rejected, Throttled, Unreachable
from capi_tracking.models import Pixel, Status
from capi_tracking.transports import Acknowledgement, Batch
from capi_tracking.transports.local import Answer
from tests.delivery.sending import deliver, make_due, pixel, waits
from tests.outbox_rows import make_row, make_rows, statuses

HOUR = timedelta(hours=1)
DOWN = Unreachable("ConnectTimeout")
pytestmark = pytest.mark.django_db


def test_deliver_due__a_probe_that_is_told_to_slow_down_obeys() -> None:
    make_rows(3)
    Pixel.objects.create(alias="default", failures=9, wait_until=timezone.now() - HOUR)
    deliver(Throttled("slow", code=4, retry_after=timedelta(minutes=1)))
    assert 55 < waits() < 80
    assert pixel().wait_reason == "throttled 4 slow"


def test_deliver_due__eases_off_before_meta_refuses_and_goes_on_without_a_probe(capi: Any) -> None:
    capi(BATCH_SIZE=2)
    make_rows(6)
    _, transport = deliver(always=Acknowledgement(events_received=2, usage=90))
    assert [len(batch) for batch in transport.sent] == [2]
    waits = pixel().wait_until
    assert waits is not None
    assert timedelta(seconds=50) < waits - timezone.now() < timedelta(seconds=61)
    assert pixel().wait_reason == "90 % of Meta's allowance is used"
    assert deliver()[1].sent == []
    make_due()
    assert [len(batch) for batch in deliver()[1].sent] == [2, 2]


@pytest.mark.parametrize(
    ("usage", "asked", "expected", "reason"),
    [
        (0, 420, 420, "Meta asks to slow down"),
        (90, 420, 420, "90 % of Meta's allowance is used"),
        (100, 10, 240, "100 % of Meta's allowance is used"),
    ],
)
def test_deliver_due__of_the_waits_that_come_with_a_success_the_longest_counts(
    usage: int, asked: int, expected: int, reason: str
) -> None:
    make_row()
    deliver(Acknowledgement(events_received=1, usage=usage, retry_after=timedelta(seconds=asked)))
    assert expected - 5 < waits() <= expected
    assert pixel().wait_reason == reason
    assert statuses() == {"e1": Status.SENT}


def test_deliver_due__eases_off_between_two_batches_of_one_claim(capi: Any) -> None:
    capi(BATCH_BYTES=1)
    make_rows(3)
    _, transport = deliver(always=Acknowledgement(events_received=1, usage=80))
    assert len(transport.sent) == 1
    assert sorted(statuses().values()) == [Status.PENDING, Status.PENDING, Status.SENT]


SLOW_DOWN = Throttled("slow", code=4, retry_after=timedelta(minutes=30))
EASE_OFF = Acknowledgement(events_received=1, usage=100)
NONSENSE = Rejected("", http_status=400, code=100, subcode=2804009)


@pytest.mark.parametrize("late", [None, NONSENSE, DOWN, Acknowledgement(events_received=1, usage=80)])
@pytest.mark.parametrize(("told", "seconds"), [(SLOW_DOWN, 1800), (EASE_OFF, 240)])
def test_deliver_due__what_meta_asked_of_one_worker_outlasts_what_it_says_to_another(
    capi: Any, told: Answer, seconds: int, late: Answer
) -> None:
    capi(BATCH_SIZE=1)
    make_rows(6)

    def another_is_told_to_wait(batch: Batch) -> Answer:
        deliver(told)
        return late

    _, transport = deliver(another_is_told_to_wait)
    assert len(transport.sent) == 1
    assert waits() > seconds - 5
    assert deliver()[1].sent == []


def test_deliver_due__after_a_wait_that_meta_asked_for_one_event_probes_whatever_came_late(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(4)
    deliver(lambda batch: deliver(SLOW_DOWN) and None)
    make_due()
    capi(BATCH_SIZE=10)
    assert [len(batch) for batch in deliver()[1].sent] == [1, 2]


def test_deliver_due__throttled_waits_at_once_for_as_long_as_asked(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    rows = make_rows(3)
    report, transport = deliver(Throttled("slow", code=4, retry_after=timedelta(minutes=30)))
    assert (len(transport.sent), report.put_back) == (1, 1)
    wait_until = pixel().wait_until
    assert wait_until is not None
    assert timedelta(minutes=29) < wait_until - timezone.now() < timedelta(minutes=40)
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].attempts) == (Status.PENDING, 1)
