"""Every failure that Meta documents, answered over HTTP: what becomes of the event, and of its pixel.

The codes themselves stand in one table, ``KINDS`` of ``transports/graph.py``; here stands what each of them must do.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.utils import timezone

from capi_tracking.delivery import deliver_due
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import track
from capi_tracking.transports.graph import KINDS
from tests.failures.conftest import arrived

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


class Fate(NamedTuple):
    """Of the event and of its pixel after one such answer. ``waits``: the pixel too, at once."""

    status: str
    reason: str = ""
    state: str = Pixel.State.OPEN
    waits: bool = False


WAIT = Fate(Status.PENDING)
SLOW_DOWN = Fate(Status.PENDING, waits=True)


def hold(code: int) -> Fate:
    return Fate(Status.HELD, f"denied_{code}", Pixel.State.PAUSED)


def bury(number: int) -> Fate:
    return Fate(Status.DEAD, f"rejected_{number}")


PERMANENT = [2804001, 2804003, 2804007, 2804009, 2804010, 2804016, 2804017, 2804019, 2804030, 2804036, 2804043, 2804048,
             2804050, 2804063, 2804066, 2804072, 2804087, 2804116, 2804118, 2804132]  # fmt: skip
TABLE: dict[tuple[int, int | None], Fate] = {
    (1, None): WAIT,
    (2, None): WAIT,
    (5000, None): WAIT,
    (21009, None): WAIT,
    **dict.fromkeys([(code, None) for code in (4, 17, 32, 341, 368, 613, 80000, 80003, 80004, 80014)], SLOW_DOWN),
    **{(code, None): hold(code) for code in (3, 10, 102, 190, 200, 250, 299, 803, 2635)},
    **{(190, subcode): hold(190) for subcode in (458, 459, 460, 463)},
    (100, 33): hold(100),
    (100, 34): hold(100),
    (100, None): bury(100),
    (100, 99): bury(99),
    **{(100, subcode): bury(subcode) for subcode in PERMANENT},
}


def fate() -> Fate:
    row, pixel = OutboxEvent.objects.get(), Pixel.objects.get()
    return Fate(row.status, row.reason, pixel.state, pixel.wait_until is not None)


def name(value: Any) -> str:
    return "-".join(str(part) for part in value if part is not None) if isinstance(value, tuple) else ""


@pytest.mark.parametrize("codes", TABLE, ids=name)
def test_answer__decides_by_code_and_subcode_alone(
    meta: Sandbox, make_event: Any, codes: tuple[int, int | None]
) -> None:
    track(make_event())
    meta.answer_next(*codes, message="The texts are translated, and say nothing.")
    deliver_due()
    assert fate() == TABLE[codes]
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.code, attempt.subcode) == codes
    assert attempt.trace_id
    assert not arrived(meta)


def test_table__forgets_no_code_that_the_transport_knows() -> None:
    known = {codes if isinstance(codes, tuple) else (codes, None) for codes in KINDS}
    permissions = {(code, None) for code in range(200, 300)}
    assert known - permissions <= set(TABLE)


@pytest.mark.parametrize("body", ["", "<h1>Too many requests</h1>", '{"error": {"message": "Slow down"}}'])
def test_status_429__without_a_code_of_metas_slows_down_too(meta: Sandbox, make_event: Any, body: str) -> None:
    track(make_event())
    meta.answer_next(status=429, body=body, headers={"Retry-After": "600"})
    deliver_due()
    assert fate() == SLOW_DOWN
    assert DeliveryAttempt.objects.get().kind == "throttled"
    waits = Pixel.objects.get().wait_until
    assert waits is not None
    assert waits - timezone.now() > timedelta(minutes=9)


@pytest.mark.parametrize(
    ("switch", "options"),
    [
        ("down", {}),
        ("server_error", {}),
        ("html", {}),
        ("timeout", {}),
        ("redirect", {}),
        ("slow", {"seconds": 3}),
    ],
    ids=str,
)
def test_no_answer__waits_and_is_sent_once_when_meta_is_back(
    meta: Sandbox, make_event: Any, switch: str, options: dict[str, Any]
) -> None:
    event = track(make_event())
    meta.switch(switch, **options)
    deliver_due()
    assert fate() == WAIT
    meta.switch(switch, False)
    OutboxEvent.objects.update(due_at=timezone.now())
    assert deliver_due().delivered == 1
    assert set(arrived(meta)) == {event.event_id}


def test_temporary__is_waited_out_whatever_its_code(meta: Sandbox, make_event: Any) -> None:
    track(make_event())
    meta.answer_next(100, 99, transient=True)
    deliver_due()
    assert fate() == WAIT


def test_policy_block__waits_a_day(meta: Sandbox, make_event: Any) -> None:
    track(make_event())
    meta.answer_next(368)
    deliver_due()
    waits = Pixel.objects.get().wait_until
    assert waits is not None
    assert waits - timezone.now() > DAY - timedelta(minutes=1)


def test_unknown_refusal__is_an_outage_five_times_then_a_rejection(meta: Sandbox, make_event: Any) -> None:
    track(make_event())
    meta.answer_next(98765, status=400, times=9)
    fates = []
    for _ in range(5):
        deliver_due()
        fates.append(fate().status)
        OutboxEvent.objects.filter(status=Status.PENDING).update(due_at=timezone.now())
        Pixel.objects.update(wait_until=None)
    assert fates == [Status.PENDING] * 4 + [Status.DEAD]


@pytest.mark.parametrize("received", [0, 1, 5])
def test_success__that_counts_otherwise_is_final_and_told(meta: Sandbox, make_event: Any, received: int) -> None:
    for _ in range(3):
        track(make_event())
    meta.switch("partial", received=received)
    deliver_due()
    assert set(OutboxEvent.objects.values_list("status", "short_ack")) == {(Status.SENT, True)}
    deliver_due()
    assert len(arrived(meta)) == 3


@pytest.mark.parametrize("body", ["", "<h1>Thank you</h1>", '{"events_received": 1', "[1]", '{"events_received": "1"}'])
def test_success__whose_text_cannot_be_read_is_final_and_told(meta: Sandbox, make_event: Any, body: str) -> None:
    track(make_event())
    meta.answer_next(status=200, body=body, takes=True)
    deliver_due()
    assert OutboxEvent.objects.values_list("status", "short_ack").get() == (Status.SENT, True)
    assert DeliveryAttempt.objects.get().events_received is None
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
    deliver_due()
    assert len(arrived(meta)) == 1


def test_answer_without_an_end__costs_a_bounded_time_and_nothing_else(meta: Sandbox, make_event: Any) -> None:
    track(make_event())
    meta.switch("huge", endless=True)
    assert deliver_due().requests == 1
    assert OutboxEvent.objects.values_list("status", "short_ack").get() == (Status.SENT, True)


def test_pixel__that_is_refused_disturbs_no_other(meta: Sandbox, make_event: Any, capi: Callable[..., None]) -> None:
    capi(PIXELS={"default": {"PIXEL_ID": "1", "ACCESS_TOKEN": meta.token}, "good": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": meta.token}})  # fmt: skip
    for alias in ("default", "good"):
        track(make_event(event_id=f"event-of-{alias}"), pixel=alias)
    deliver_due()
    assert arrived(meta) == ["event-of-good"]
    assert dict(Pixel.objects.values_list("alias", "state")) == {"default": "paused", "good": "open"}
