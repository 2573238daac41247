"""What is due goes out, in its order and byte for byte, and a 2xx is final."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.delivery import deliver_due
from capi_tracking.models import OutboxEvent, Priority, Status
from capi_tracking.signals import event_delivered
from capi_tracking.transports import Acknowledgement, Batch
from capi_tracking.transports.local import MemoryTransport
from tests.delivery.sending import deliver, heard, ids, pixel
from tests.outbox_rows import attempts, make_row, make_rows, payload, statuses

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def test_deliver_due__sends_what_is_due_and_settles_it() -> None:
    rows = make_rows(3)
    report, transport = deliver()
    assert (report.delivered, report.requests) == (3, 1)
    assert set(statuses().values()) == {Status.SENT}
    (attempt,) = attempts()
    assert (attempt.kind, attempt.batch_size, attempt.events_received, attempt.events) == ("delivered", 3, 3, [])
    assert attempt.batch_bytes == len(transport.sent[0].text)
    rows[0].refresh_from_db()
    assert (rows[0].attempts, rows[0].last_attempt_id, rows[0].short_ack) == (1, attempt.pk, False)
    assert pixel().last_success_at is not None


def test_deliver_due__sends_the_stored_text_byte_for_byte() -> None:
    make_rows(2)
    _, transport = deliver()
    assert transport.sent[0].text == f"[{payload(1)},{payload(2)}]"


def test_deliver_due__nothing_due_is_nothing_done(django_assert_num_queries: Any) -> None:
    deliver()
    with django_assert_num_queries(4):  # pixels, ready, and one look per class
        report, transport = deliver()
    assert not report
    assert transport.sent == []


def test_deliver_due__uses_the_transport_of_the_settings() -> None:
    make_row()
    assert deliver_due("default").delivered == 1
    assert [ids(batch) for batch in MemoryTransport.sent] == [["e1"]]


def test_deliver_due__sales_go_before_page_events() -> None:
    make_rows(2, due_at=timezone.now() - HOUR)
    make_rows(2, first=8, priority=Priority.FIRST)
    _, transport = deliver()
    assert [ids(batch) for batch in transport.sent] == [["e8", "e9"], ["e1", "e2"]]


def test_deliver_due__a_sale_that_comes_meanwhile_overtakes(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(2)

    def a_sale_comes(batch: Batch) -> None:
        make_row(9, priority=Priority.FIRST)

    _, transport = deliver(a_sale_comes)
    assert [ids(batch) for batch in transport.sent] == [["e1"], ["e9"], ["e2"]]


def test_deliver_due__pixels_take_turns(capi: Any) -> None:
    capi(PIXELS={name: {"PIXEL_ID": name, "ACCESS_TOKEN": "t"} for name in ("default", "other")}, BATCH_SIZE=1)
    make_rows(2)
    make_row(9, pixel="other")
    _, transport = deliver()
    assert [ids(batch) for batch in transport.sent] == [["e1"], ["e9"], ["e2"]]


def test_deliver_due__a_pixel_that_left_the_settings_keeps_its_rows() -> None:
    make_row(pixel="gone")
    assert not deliver()[0]
    assert statuses() == {"e1": Status.PENDING}


def test_deliver_due__disabled_sends_nothing(capi: Any) -> None:
    capi(ENABLED=False)
    make_row()
    report, transport = deliver()
    assert (bool(report), transport.sent) == (False, [])


@pytest.mark.parametrize("count", [1, 30])
def test_deliver_due__asks_the_database_as_often_for_many_rows_as_for_one(
    count: int, django_assert_max_num_queries: Any
) -> None:
    make_rows(count)
    with django_assert_max_num_queries(25):
        deliver()


@pytest.mark.parametrize("received", [None, 0, 2, 4])
def test_deliver_due__a_short_answer_is_final_and_marked(received: int | None, caplog: Any) -> None:
    rows = make_rows(3)
    report, transport = deliver(Acknowledgement(events_received=received, trace_id="T"))
    assert (report.delivered, len(transport.sent)) == (3, 1)
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].short_ack) == (Status.SENT, True)
    assert "confirmed" in caplog.text


def test_deliver_due__marks_test_events(capi: Any) -> None:
    capi(PIXELS={"default": {"PIXEL_ID": "1", "ACCESS_TOKEN": "t", "TEST_EVENT_CODE": "TEST1"}})
    row = make_row()
    deliver()
    row.refresh_from_db()
    assert row.is_test


def test_deliver_due__tells_what_was_delivered() -> None:
    rows = make_rows(2)
    with heard(event_delivered) as calls:
        deliver()
    assert calls == [{"sender": OutboxEvent, "keys": [row.key for row in rows], "pixel": "default", "using": "default"}]


def test_deliver_due__a_receiver_that_raises_changes_nothing() -> None:
    make_row()

    def receiver(**kwargs: Any) -> None:
        raise RuntimeError

    event_delivered.connect(receiver)
    try:
        assert deliver()[0].delivered == 1
    finally:
        event_delivered.disconnect(receiver)


def test_deliver_due__a_late_2xx_settles_rows_whose_lease_was_lost() -> None:
    row = make_row()

    def loses_the_lease(batch: Batch) -> None:
        OutboxEvent.objects.update(lease_token="another")

    deliver(loses_the_lease)
    row.refresh_from_db()
    assert row.status == Status.SENT


def test_deliver_due__a_cancelled_row_stays_cancelled_in_spite_of_a_2xx() -> None:
    make_row()

    def staff_cancels(batch: Batch) -> None:
        OutboxEvent.objects.update(status=Status.CANCELLED, lease_token="")

    deliver(staff_cancels)
    assert statuses() == {"e1": Status.CANCELLED}
