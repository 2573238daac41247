"""Where nobody answers, rows go back, the pixel waits, and one event probes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from capi_tracking.exceptions import Rejected, Throttled, Unreachable
from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.transports import Acknowledgement, Batch
from tests.delivery.sending import deliver, ids, make_due, pixel, waits
from tests.outbox_rows import attempts, make_row, make_rows

HOUR = timedelta(hours=1)
DOWN = Unreachable("ConnectTimeout")
pytestmark = pytest.mark.django_db


def test_deliver_due__an_outage_puts_the_rows_back_and_kills_none() -> None:
    row = make_row()
    report, _ = deliver(DOWN)
    assert report.put_back == 1
    row.refresh_from_db()
    assert (row.status, row.attempts, row.strikes) == (Status.PENDING, 1, 0)
    assert row.due_at is not None
    assert row.due_at > timezone.now() + timedelta(seconds=5)
    assert attempts()[0].events == [row.pk]


def test_deliver_due__three_failed_batches_in_a_row_make_the_pixel_wait(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(10)
    _, transport = deliver(always=DOWN)
    assert len(transport.sent) == 3
    wait_until = pixel().wait_until
    assert wait_until is not None
    assert wait_until > timezone.now()
    assert deliver()[1].sent == []


def test_deliver_due__a_success_between_starts_the_count_again(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(6)
    _, transport = deliver(DOWN, DOWN, None, DOWN, DOWN, None)
    assert len(transport.sent) == 6
    assert pixel().wait_until is None


@pytest.mark.parametrize("failures", [3, 9])  # the fourth event's turn; and nobody's, so the first's
def test_deliver_due__after_the_wait_one_event_probes(failures: int) -> None:
    make_rows(5)
    Pixel.objects.create(alias="default", failures=failures, wait_until=timezone.now() - HOUR)
    _, transport = deliver(DOWN)
    assert [len(batch) for batch in transport.sent] == [1]
    first_wait = pixel().wait_until
    assert first_wait is not None
    assert deliver()[1].sent == []
    make_due()
    _, transport = deliver()
    assert [len(batch) for batch in transport.sent] == [1, 4]
    assert (pixel().wait_until, pixel().failures) == (None, 0)


def test_deliver_due__an_event_that_nobody_answers_lets_another_probe(capi: Any) -> None:
    make_rows(3)
    Pixel.objects.create(alias="default", failures=10, wait_until=timezone.now() - HOUR)

    def hangs_up_on_the_first(batch: Batch) -> Acknowledgement:
        if "e1" in ids(batch):
            raise DOWN
        return Acknowledgement(events_received=len(batch))

    _, transport = deliver(always=hangs_up_on_the_first)
    assert [ids(batch) for batch in transport.sent] == [["e1"]]
    the_wait = timedelta(seconds=waits() + 1)
    Pixel.objects.update(wait_until=F("wait_until") - the_wait)
    OutboxEvent.objects.update(due_at=F("due_at") - the_wait)
    _, transport = deliver(always=hangs_up_on_the_first)
    assert ids(transport.sent[0]) == ["e2"]


def test_deliver_due__while_one_worker_probes_no_other_sends() -> None:
    make_rows(5)
    Pixel.objects.create(alias="default", failures=3, wait_until=timezone.now() - HOUR)
    others: list[Batch] = []

    def another_looks(batch: Batch) -> None:
        others.extend(deliver()[1].sent)

    _, transport = deliver(another_looks)
    assert [len(batch) for batch in transport.sent] == [1, 4]
    assert others == []


def test_deliver_due__while_one_worker_probes_the_pixel_waits_as_after_one_more_failure() -> None:
    make_row()
    Pixel.objects.create(alias="default", failures=5, wait_until=timezone.now() - HOUR)
    seen: list[float] = []
    deliver(lambda batch: seen.append(waits()))
    assert 30 <= seen[0] <= 50


def test_deliver_due__rows_that_may_not_be_sent_use_up_no_probe(capi: Any) -> None:
    capi(ENVIRONMENT="staging")
    make_rows(5, environment="production", due_at=timezone.now() - HOUR)
    make_rows(3, first=11, environment="staging")
    Pixel.objects.create(alias="default", failures=3, wait_until=timezone.now() - HOUR)
    report, transport = deliver()
    assert [len(batch) for batch in transport.sent] == [1, 2]
    assert (report.held, report.delivered) == (5, 3)


def test_deliver_due__a_probe_that_finds_its_rows_taken_gives_the_turn_back(monkeypatch: Any) -> None:
    make_row()
    Pixel.objects.create(alias="default", failures=3, wait_until=timezone.now() - HOUR)
    claim = type(OutboxEvent.objects.all()).claim

    def comes_too_late(rows: Any, *args: Any, **options: Any) -> Any:
        OutboxEvent.objects.update(due_at=timezone.now() + HOUR)
        return claim(rows, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(type(OutboxEvent.objects.all()), "claim", comes_too_late)
        assert deliver()[1].sent == []
    OutboxEvent.objects.update(due_at=timezone.now() - HOUR)
    assert deliver()[0].delivered == 1


def test_deliver_due__one_late_answer_ends_an_outage(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(6)

    def others_meet_an_outage(batch: Batch) -> None:
        deliver(always=DOWN)
        assert waits() > 0

    deliver(others_meet_an_outage)
    assert (pixel().wait_until, pixel().failures, pixel().wait_reason) == (None, 0, "")


def test_deliver_due__a_failed_probe_waits_again_whatever_came_before() -> None:
    make_rows(3)
    deliver(Throttled("slow", code=4))
    make_due()
    _, transport = deliver(always=DOWN)
    assert [len(batch) for batch in transport.sent] == [1]
    wait_until = pixel().wait_until
    assert wait_until is not None
    assert timezone.now() < wait_until < timezone.now() + timedelta(seconds=20)
    assert pixel().wait_reason == "unreachable ConnectTimeout"


def test_deliver_due__a_refused_probe_shows_that_meta_is_there() -> None:
    make_rows(5)
    Pixel.objects.create(alias="default", failures=3, wait_until=timezone.now() - HOUR)
    report, transport = deliver(Rejected("", code=100, subcode=2804009))
    assert [len(batch) for batch in transport.sent] == [1, 4]
    assert (report.failed, report.delivered) == (1, 4)


def test_deliver_due__when_an_outage_is_over_its_rows_wait_no_longer_than_the_pixel() -> None:
    make_rows(3)
    for _ in range(8):
        deliver(always=DOWN)
        make_due()
    deliver(always=DOWN)
    Pixel.objects.update(wait_until=timezone.now() - timedelta(seconds=1))
    assert deliver()[0].delivered == 3


def test_deliver_due__waits_get_longer() -> None:
    make_rows(5)
    waits = []
    for _ in range(8):
        deliver(always=DOWN)
        wait_until = pixel().wait_until
        waits.append(wait_until - timezone.now() if wait_until else timedelta(0))
        make_due()
    assert timedelta(seconds=5) < waits[2] < timedelta(seconds=13)
    assert waits[5] > 4 * waits[2]
    assert waits[7] <= timedelta(minutes=13)


def test_deliver_due__no_probe_is_wasted_where_nothing_is_due() -> None:
    past = timezone.now() - HOUR
    Pixel.objects.create(alias="default", failures=3, wait_until=past)
    deliver()
    assert pixel().wait_until == past
