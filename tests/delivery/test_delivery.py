"""What goes out: claim, send, classify, record."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from capi_tracking.conf import PixelSettings
from capi_tracking.delivery import Report, deliver_due, resume, sweep
from capi_tracking.delivery.batches import cut
from capi_tracking.exceptions import Denied, ImproperlyTracked, Rejected, Throttled, TransportError, Unreachable
from capi_tracking.models import Claimed, DeliveryAttempt, OutboxEvent, Pixel, Priority, Status
from capi_tracking.signals import event_delivered, event_failed, pixel_paused
from capi_tracking.transports import Acknowledgement, Batch, Transport, UnknownRefusal
from capi_tracking.transports.local import Answer, MemoryTransport, ScriptedTransport
from tests.outbox_rows import attempts, make_row, make_rows, payload, statuses

HOUR = timedelta(hours=1)
DOWN = Unreachable("ConnectTimeout")
BROKEN = Unreachable("HTTP 500", http_status=500)

pytestmark = pytest.mark.django_db


def deliver(*answers: Answer, always: Answer = None, **options: Any) -> tuple[Report, ScriptedTransport]:
    transport = ScriptedTransport(*answers, always=always)
    return deliver_due("default", transport=transport, **options), transport


def ids(batch: Batch) -> list[str]:
    return [event["event_id"] for event in batch.events]


def refuses(*bad: str, error: type[TransportError] = Rejected, **details: Any) -> Answer:
    """A server that takes no batch with one of these events."""
    details = details or {"http_status": 400, "code": 100, "subcode": 2804009}

    def answer(batch: Batch) -> Answer:
        return error("(#100) Invalid parameter", **details) if set(bad) & set(ids(batch)) else None

    return answer


def pixel() -> Pixel:
    return Pixel.objects.get(alias="default")


def waits() -> float:
    """For how many seconds more the pixel waits."""
    until = pixel().wait_until
    return round((until - timezone.now()).total_seconds() if until else 0)


def make_due() -> None:
    """Time passes: rows and the pixel have waited long enough."""
    past = timezone.now() - timedelta(seconds=1)
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=past)
    Pixel.objects.filter(wait_until__isnull=False).update(wait_until=past)


@contextmanager
def heard(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    calls: list[dict[str, Any]] = []

    def receiver(sender: object, **kwargs: Any) -> None:
        calls.append({name: value for name, value in kwargs.items() if name != "signal"} | {"sender": sender})

    signal.connect(receiver)
    try:
        yield calls
    finally:
        signal.disconnect(receiver)


# -- delivered -------------------------------------------------------------------------------------------------------


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


def test_shadow__closes_what_is_due_without_sending_and_going_live_sends_none_of_it(capi: Any) -> None:
    make_rows(3)
    make_row(9, due_at=timezone.now() + HOUR)
    capi(SHADOW=True)
    report, transport = deliver()
    assert (report.passed_over, transport.sent) == (3, [])
    closed = OutboxEvent.objects.filter(status=Status.SKIPPED)
    assert {(row.reason, row.payload, row.due_at) for row in closed} == {("shadow", "", None)}
    capi(SHADOW=False)
    make_due()
    assert [ids(batch) for batch in deliver()[1].sent] == [["e9"]]


def test_shadow__leaves_to_a_worker_what_it_is_sending(capi: Any) -> None:
    make_row(status=Status.LEASED, lease_token="t", due_at=timezone.now() + HOUR)
    capi(SHADOW=True)
    assert deliver()[0].passed_over == 0


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


# -- batches ---------------------------------------------------------------------------------------------------------


def claimed(number: int, **changes: Any) -> Claimed:
    row = Claimed(number, f"k{number}", "x" * 9, is_late=False, leases=0, strikes=0, environment="")
    return row._replace(**changes)


def sizes(rows: list[Claimed], *, size: int = 1000, max_bytes: int = 10**6) -> list[int]:
    return [len(batch) for batch in cut(rows, size=size, max_bytes=max_bytes)]


@pytest.mark.parametrize(
    ("count", "limits", "expected"),
    [
        (0, {}, []),
        (5, {}, [5]),
        (5, {"size": 2}, [2, 2, 1]),
        (5, {"max_bytes": 30}, [3, 2]),
        (5, {"max_bytes": 29}, [2, 2, 1]),
        (2, {"max_bytes": 3}, [1, 1]),
    ],
)
def test_cut__by_count_and_bytes(count: int, limits: dict[str, int], expected: list[int]) -> None:
    assert sizes([claimed(n) for n in range(count)], **limits) == expected


def test_cut__counts_bytes_and_not_characters() -> None:
    assert sizes([claimed(n, payload="é" * 9) for n in range(2)], max_bytes=30) == [1, 1]


@pytest.mark.parametrize(
    ("strikes", "expected"), [(0, [8]), (2, [8]), (3, [4, 4]), (4, [2] * 4), (5, [1] * 8), (99, [1] * 8)]
)
def test_cut__what_was_struck_three_times_goes_in_halves(strikes: int, expected: list[int]) -> None:
    assert sizes([claimed(n, strikes=strikes) for n in range(8)], size=8) == expected


def test_cut__the_struck_do_not_travel_with_the_sound() -> None:
    rows = [claimed(1, strikes=3), claimed(2), claimed(3, leases=5), claimed(4, strikes=1)]
    assert [[row.pk for row in batch] for batch in cut(rows, size=8, max_bytes=10**6)] == [[2, 4], [1], [3]]


def test_cut__each_that_killed_its_workers_goes_alone() -> None:
    assert sizes([claimed(n, leases=5) for n in range(2)]) == [1, 1]


def test_deliver_due__obeys_batch_size_and_bytes(capi: Any) -> None:
    capi(BATCH_SIZE=3)
    make_rows(7)
    assert [len(batch) for batch in deliver()[1].sent] == [3, 3, 1]
    capi(BATCH_SIZE=1000, BATCH_BYTES=2 * (len(payload(1)) + 1))
    make_rows(5, first=11, payload=payload(1))
    assert [len(batch) for batch in deliver()[1].sent] == [2, 2, 1]


def test_deliver_due__obeys_the_transports_own_limit() -> None:
    class Narrow(ScriptedTransport):
        max_batch_size = 2

    make_rows(3)
    transport = Narrow()
    deliver_due("default", transport=transport)
    assert [len(batch) for batch in transport.sent] == [2, 1]


# -- rejected --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [["e1"], ["e50"], ["e100"], ["e3", "e4", "e77"]])
def test_deliver_due__one_bad_event_does_not_take_the_batch_with_it(bad: list[str]) -> None:
    make_rows(100)
    report, transport = deliver(always=refuses(*bad))
    assert (report.delivered, report.failed) == (100 - len(bad), len(bad))
    assert {event_id for event_id, status in statuses().items() if status == Status.DEAD} == set(bad)
    assert {text for batch in transport.sent for text in batch.payloads} == {payload(n) for n in range(1, 101)}
    assert len(transport.sent) <= 2 * len(bad) * 8


def test_deliver_due__a_dead_event_tells_why_and_is_announced() -> None:
    row = make_row()
    with heard(event_failed) as calls:
        deliver(always=refuses("e1"))
    row.refresh_from_db()
    assert (row.status, row.reason, row.attempts) == (Status.DEAD, "rejected_2804009", 1)
    (attempt,) = attempts()
    assert (attempt.kind, attempt.code, attempt.subcode, attempt.events) == ("rejected", 100, 2804009, [row.pk])
    assert calls == [
        {
            "sender": OutboxEvent,
            "keys": [row.key],
            "pixel": "default",
            "using": "default",
            "reason": "rejected_2804009",
        }
    ]


def test_deliver_due__every_event_refused_without_a_reason_is_the_pixels_fault() -> None:
    make_rows(40)
    report, _ = deliver(always=Rejected("(#100) Invalid appsecret_proof", http_status=400, code=100))
    assert report.failed == 10
    assert pixel().state == Pixel.State.PAUSED
    assert list(statuses().values()).count(Status.DEAD) == 10


def test_deliver_due__every_event_refused_for_its_own_reason_is_dead() -> None:
    make_rows(40)
    report, _ = deliver(always=Rejected("", http_status=400, code=100, subcode=2804009))
    assert report.failed == 40
    assert pixel().state == Pixel.State.OPEN


def test_deliver_due__many_bad_neighbours_are_their_own_fault_where_others_go_through() -> None:
    make_rows(80)
    bad = [f"e{number}" for number in range(33, 65)]
    report, _ = deliver(always=refuses(*bad, http_status=400, code=100))
    assert (report.delivered, report.failed, report.held) == (48, 32, 0)
    assert pixel().state == Pixel.State.OPEN


def test_deliver_due__a_success_in_an_earlier_drain_excuses_no_pixel(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_row(99)
    deliver()
    make_rows(20)
    report, _ = deliver(always=Rejected("(#100) Invalid appsecret_proof", http_status=400, code=100))
    assert (report.failed, pixel().state) == (10, Pixel.State.PAUSED)


def test_deliver_due__an_unknown_refusal_is_an_outage_five_times_then_a_rejection() -> None:
    make_rows(4)
    always = refuses("e3", error=UnknownRefusal, http_status=400, code=4711)
    for _ in range(30):
        deliver(always=always)
        make_due()
    row = OutboxEvent.objects.get(event_id="e3")
    assert (row.status, row.reason, row.attempts) == (Status.DEAD, "unknown_4711", 5)
    assert statuses() == {"e1": Status.SENT, "e2": Status.SENT, "e3": Status.DEAD, "e4": Status.SENT}


# -- denied ----------------------------------------------------------------------------------------------------------


def test_deliver_due__a_refused_token_holds_the_batch_and_pauses_the_pixel(capi: Any) -> None:
    capi(BATCH_SIZE=2)
    rows = make_rows(5)
    with heard(pixel_paused) as calls:
        report, transport = deliver(Denied("token", http_status=401, code=190, subcode=463))
        deliver()
    assert len(transport.sent) == 1
    assert report.held == 2
    assert sorted(statuses().values()) == [Status.HELD] * 2 + [Status.PENDING] * 3
    rows[0].refresh_from_db()
    assert (rows[0].reason, rows[0].due_at) == ("denied_190", None)
    assert pixel().state == Pixel.State.PAUSED
    assert "190/463" in pixel().paused_reason
    assert [call["pixel"] for call in calls] == ["default"]


def test_sweep__a_new_token_resumes_the_pixel_and_its_rows(capi: Any) -> None:
    make_row(1)
    make_row(2, status=Status.HELD, due_at=None, reason="other_environment", environment="x")
    deliver(Denied("token", code=190))
    assert not sweep("default", transport=ScriptedTransport()).delivered
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "new"}})
    assert sweep("default", transport=ScriptedTransport()).delivered == 1
    assert statuses() == {"e1": Status.SENT, "e2": Status.HELD}
    assert pixel().state == Pixel.State.OPEN


def test_sweep__a_new_graph_version_resumes_too(capi: Any) -> None:
    make_row()
    deliver(Denied("version", code=2635))
    capi(GRAPH_VERSION="v27.0")
    assert sweep("default", transport=ScriptedTransport()).delivered == 1


def test_sweep__what_a_person_paused_after_a_refusal_stays_paused_in_spite_of_a_new_token(capi: Any) -> None:
    make_row()
    deliver(Denied("token", code=190))
    assert Pixel.objects.pause("default", reason="Paused by ann.")
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "new"}})
    assert not sweep("default", transport=ScriptedTransport())
    assert (pixel().state, pixel().paused_reason) == (Pixel.State.PAUSED, "Paused by ann.")


def test_sweep__what_a_person_paused_stays_paused() -> None:
    Pixel.objects.create(alias="default", state=Pixel.State.PAUSED)
    make_row()
    assert not sweep("default", transport=ScriptedTransport())
    assert statuses() == {"e1": Status.PENDING}


# -- unreachable and throttled ---------------------------------------------------------------------------------------


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


def test_deliver_due__after_the_wait_one_event_probes(capi: Any) -> None:
    make_rows(5)
    Pixel.objects.create(alias="default", failures=3, wait_until=timezone.now() - HOUR)
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


def test_deliver_due__a_probe_that_is_told_to_slow_down_obeys() -> None:
    make_rows(3)
    Pixel.objects.create(alias="default", failures=9, wait_until=timezone.now() - HOUR)
    deliver(Throttled("slow", code=4, retry_after=timedelta(minutes=1)))
    assert 55 < waits() < 80
    assert pixel().wait_reason == "throttled 4 slow"


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


def test_deliver_due__one_late_answer_ends_an_outage(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    make_rows(6)

    def others_meet_an_outage(batch: Batch) -> None:
        deliver(always=DOWN)
        assert waits() > 0

    deliver(others_meet_an_outage)
    assert (pixel().wait_until, pixel().failures, pixel().wait_reason) == (None, 0, "")


def test_resume__one_event_tries_the_new_token_before_the_others_follow() -> None:
    make_rows(5, status=Status.HELD, due_at=None, reason="denied_190")
    Pixel.objects.create(alias="default", state=Pixel.State.PAUSED)
    resume(["default"])
    _, transport = deliver(Denied("still refused", code=190))
    assert [len(batch) for batch in transport.sent] == [1]
    assert pixel().state == Pixel.State.PAUSED
    resume(["default"])
    assert [len(batch) for batch in deliver()[1].sent] == [1, 4]


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
    assert waits[2] > timedelta(seconds=5)
    assert waits[5] > 4 * waits[2]
    assert waits[7] <= timedelta(minutes=13)


def test_deliver_due__no_probe_is_wasted_where_nothing_is_due() -> None:
    past = timezone.now() - HOUR
    Pixel.objects.create(alias="default", failures=3, wait_until=past)
    deliver()
    assert pixel().wait_until == past


def test_deliver_due__throttled_waits_at_once_for_as_long_as_asked(capi: Any) -> None:
    capi(BATCH_SIZE=1)
    rows = make_rows(3)
    _, transport = deliver(Throttled("slow", code=4, retry_after=timedelta(minutes=30)))
    assert len(transport.sent) == 1
    wait_until = pixel().wait_until
    assert wait_until is not None
    assert timedelta(minutes=29) < wait_until - timezone.now() < timedelta(minutes=40)
    rows[0].refresh_from_db()
    assert (rows[0].status, rows[0].attempts) == (Status.PENDING, 1)


def test_deliver_due__a_poison_event_that_breaks_the_server_is_isolated(capi: Any) -> None:
    capi(BATCH_SIZE=16)
    make_rows(16)
    for _ in range(30):
        deliver(always=refuses("e7", error=Unreachable, http_status=500))
        make_due()
    left = {event_id: status for event_id, status in statuses().items() if status != Status.SENT}
    assert left == {"e7": Status.PENDING}
    _, transport = deliver(always=BROKEN)
    assert [ids(batch) for batch in transport.sent] == [["e7"]]
    due_at = OutboxEvent.objects.get(event_id="e7").due_at
    assert due_at is not None
    assert due_at > timezone.now() + timedelta(minutes=1)


def test_deliver_due__a_poison_event_that_breaks_the_transport_is_isolated(capi: Any) -> None:
    def parses(batch: Batch) -> None:
        if any("nonsense" in payload for payload in batch.payloads):
            raise ValueError

    capi(BATCH_SIZE=16)
    make_rows(15)
    make_row(99, payload="nonsense")
    for _ in range(10):
        deliver(always=parses)
        make_due()
    assert [name for name, status in statuses().items() if status != Status.SENT] == ["e99"]


def test_deliver_due__the_third_5xx_halves_at_once_within_the_same_drain() -> None:
    make_rows(8, strikes=2)
    report, transport = deliver(always=refuses("e7", error=Unreachable, http_status=500))
    assert report.delivered == 7
    assert len(transport.sent[0]) == 8
    assert [ids(batch) for batch in transport.sent].count(["e7"]) == 1
    assert statuses()["e7"] == Status.PENDING


def test_deliver_due__a_batch_is_halved_only_after_three_5xx() -> None:
    make_rows(4)
    lengths = []
    for _ in range(2):
        lengths += [len(batch) for batch in deliver(BROKEN)[1].sent]
        make_due()
    assert lengths == [4, 4]
    assert set(OutboxEvent.objects.values_list("strikes", flat=True)) == {2}


def test_deliver_due__an_outage_without_an_answer_strikes_nobody() -> None:
    make_rows(4)
    for _ in range(6):
        deliver(DOWN)
        make_due()
    assert set(OutboxEvent.objects.values_list("strikes", flat=True)) == {0}


class Broken(Exception):
    pass


@pytest.mark.parametrize(
    "answer", [Broken("secret payload"), TransportError("secret payload"), lambda batch: 1 / 0, KeyError("payload")]
)
def test_deliver_due__a_transports_bug_is_an_outage(answer: Answer, caplog: Any) -> None:
    make_row()
    report, _ = deliver(answer)
    assert report.put_back == 1
    assert statuses() == {"e1": Status.PENDING}
    assert "payload" not in caplog.text
    assert "payload" not in attempts()[0].message


def test_deliver_due__a_transport_that_returns_nothing_is_an_outage() -> None:
    class Silent(Transport):
        def send(self, batch: Batch) -> Acknowledgement:
            return None  # type: ignore[return-value]

    make_row()
    assert deliver_due("default", transport=Silent).put_back == 1


def test_deliver_due__figures_of_a_strange_server_fit_the_columns() -> None:
    make_row()
    deliver(Unreachable("x" * 999, http_status=10**9, code=10**12, subcode=-1, trace_id="t" * 999))
    (attempt,) = attempts()
    assert (attempt.http_status, attempt.code, attempt.subcode) == (None, None, None)
    assert (len(attempt.message), len(attempt.trace_id)) == (300, 64)


def test_deliver_due__a_pixel_that_cannot_send_keeps_no_other_from_it(capi: Any, caplog: Any) -> None:
    capi(PIXELS={name: {"PIXEL_ID": name} for name in ("default", "other")})

    def make(chosen: PixelSettings) -> Transport:
        if chosen.alias == "default":
            raise ImproperlyTracked("GRAPH_URL is odd")
        return MemoryTransport(chosen)

    make_row(1)
    make_row(2, pixel="other")
    assert deliver_due("default", transport=make).delivered == 1
    assert statuses() == {"e1": Status.PENDING, "e2": Status.SENT}
    assert "GRAPH_URL is odd" in caplog.text


# -- the lease -------------------------------------------------------------------------------------------------------


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


def test_attempts__hold_no_payload() -> None:
    make_rows(2)
    deliver(refuses("e1"), always=None)
    for values in DeliveryAttempt.objects.values():
        assert "ViewContent" not in str(values)
