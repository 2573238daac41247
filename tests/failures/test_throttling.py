"""Meta asks to slow down, before it refuses and when it does: told over HTTP, and obeyed by all workers."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.delivery import deliver_due
from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import track
from capi_tracking.transports import Acknowledgement, Batch
from capi_tracking.transports.graph import GraphTransport
from tests.failures.conftest import Clock, arrived

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def waits() -> timedelta:
    """How much longer the pixel waits."""
    until = Pixel.objects.get().wait_until
    return timedelta(seconds=round((until - timezone.now()).total_seconds())) if until else timedelta(0)


def another_worker_sends_nothing(meta: Sandbox) -> bool:
    asked = meta.requests["graph"]
    return not deliver_due() and meta.requests["graph"] == asked


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ({"minutes": 30}, 30 * MINUTE, 38 * MINUTE),
        ({"minutes": 0, "retry_after": 900}, 15 * MINUTE, 19 * MINUTE),
        ({"minutes": 5, "retry_after": 900}, 15 * MINUTE, 19 * MINUTE),
        ({"minutes": 30, "retry_after": 60}, 30 * MINUTE, 38 * MINUTE),
    ],
    ids=str,
)
def test_throttled__waits_as_long_as_the_headers_ask_and_so_does_every_worker(
    meta: Sandbox, make_event: Any, clock: Clock, told: dict[str, int], least: timedelta, most: timedelta
) -> None:
    track(make_event())
    meta.switch("throttled", **told)
    deliver_due()
    assert least - MINUTE / 4 < waits() < most
    meta.switch("throttled", False)
    assert another_worker_sends_nothing(meta)
    clock.forward(HOUR)
    assert deliver_due().delivered == 1


@pytest.mark.parametrize(
    ("percent", "expected"), [(79, 0 * MINUTE), (80, MINUTE / 4), (90, MINUTE), (99, 2 * MINUTE)], ids=str
)
def test_usage__that_nears_the_allowance_makes_all_workers_pause(
    meta: Sandbox, make_event: Any, clock: Clock, percent: int, expected: timedelta
) -> None:
    meta.switch("usage", percent=percent, step=0)
    track(make_event())
    assert deliver_due().delivered == 1
    assert expected - MINUTE / 12 < waits() <= expected
    track(make_event())
    assert another_worker_sends_nothing(meta) is bool(expected)
    clock.forward(HOUR)
    deliver_due()
    assert len(arrived(meta)) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "420"},
        {"X-Business-Use-Case-Usage": '{"1": [{"call_count": 5, "estimated_time_to_regain_access": 7}]}'},
    ],
    ids=str,
)
def test_success__that_asks_to_wait_is_final_and_obeyed(
    meta: Sandbox, make_event: Any, headers: dict[str, str]
) -> None:
    track(make_event())
    meta.answer_next(status=200, body='{"events_received": 1}', headers=headers, takes=True)
    assert deliver_due().delivered == 1
    assert 6 * MINUTE < waits() <= 7 * MINUTE
    assert Pixel.objects.get().wait_reason == "Meta asks to slow down"
    track(make_event())
    assert another_worker_sends_nothing(meta)


class Overtaken(GraphTransport):
    """Before its own request goes out, another worker sends one."""

    def send(self, batch: Batch) -> Acknowledgement:
        deliver_due(transport=GraphTransport)
        return super().send(batch)


@pytest.mark.parametrize("refused", [False, True])
def test_throttled__outlasts_a_late_answer_to_another_worker(
    meta: Sandbox, make_event: Any, capi: Any, refused: bool
) -> None:
    capi(BATCH_SIZE=1)
    for _ in range(3):
        track(make_event())
    meta.answer_next(4, minutes=30)
    if refused:
        meta.answer_next(100, 2804009)
    deliver_due(transport=Overtaken)
    assert meta.requests["graph"] == 2
    assert waits() > 29 * MINUTE
    ended = Status.DEAD if refused else Status.SENT
    assert sorted(OutboxEvent.objects.values_list("status", flat=True)) == sorted([ended, *[Status.PENDING] * 2])
    assert another_worker_sends_nothing(meta)
