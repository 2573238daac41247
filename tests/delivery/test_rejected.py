"""A bad event is found inside its batch, and the others go through."""

from typing import Any

import pytest

from capi_tracking.exceptions import Rejected
from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.signals import event_failed
from capi_tracking.transports import UnknownRefusal
from tests.delivery.sending import deliver, heard, make_due, pixel, refuses
from tests.outbox_rows import attempts, make_row, make_rows, payload, statuses

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("codes", "reason"),
    [({"code": 100}, "rejected_100"), ({}, "rejected_unexplained"), ({"code": 10**99}, f"rejected_1{'0' * 54}")],
)
def test_deliver_due__a_dead_event_has_what_codes_there_were_as_far_as_they_fit(
    codes: dict[str, int], reason: str
) -> None:
    row = make_row()
    deliver(Rejected("", http_status=400, **codes))
    row.refresh_from_db()
    assert row.reason == reason


def test_deliver_due__the_log_names_the_dead_and_no_other(caplog: Any) -> None:
    make_rows(2)
    deliver(always=refuses("e1"))
    named = [vars(record).get("capi_event_id") for record in caplog.records if record.levelname == "WARNING"]
    assert named == ["e1"]


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
