"""Days without Meta: what is sent afterwards, and what must not be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from capi_tracking.delivery import sweep
from capi_tracking.models import BrowserState, OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import Receipt, acknowledge, track
from tests.failures.conftest import Clock, arrived, ids, pixels

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def statuses() -> set[str]:
    return set(OutboxEvent.objects.values_list("status", flat=True))


def seen_in_the_browser(event_id: str) -> None:
    acknowledge(Receipt(pixel="default", event_name="Purchase", event_id=event_id, state=BrowserState.HANDED_OVER))


def test_token__refused_for_a_day_and_mended_all_go_by_themselves_and_none_twice(
    meta: Sandbox, clock: Clock, make_event: Any, capi: Callable[..., None]
) -> None:
    meta.token = "a newer token"
    for hour in range(24):
        for number in range(10):
            track(make_event(event_id=f"event-{hour:02}-{number}"))
        sweep()
        clock.forward(HOUR)
    assert Pixel.objects.get().state == Pixel.State.PAUSED
    assert statuses() == {Status.HELD, Status.PENDING}
    assert meta.requests["graph"] == 1  # a refused token is not tried again
    capi(PIXELS=pixels("a newer token"))
    sweep()
    assert statuses() == {Status.SENT}
    assert sorted(arrived(meta)) == sorted(ids(OutboxEvent.objects.all()))


def test_outage__of_four_days_no_pair_is_sent_after_its_window_and_the_rest_is(
    meta: Sandbox, clock: Clock, make_event: Any
) -> None:
    meta.switch("down")
    for day in range(4):
        for side in ("both", "server"):
            track(make_event(event_id=f"{side}-day-{day}"))
        seen_in_the_browser(f"both-day-{day}")
        for _ in range(4):
            sweep()
            clock.forward(DAY / 4)
    meta.switch("down", False)
    clock.forward(HOUR)
    sweep()
    sweep()
    assert set(arrived(meta)) == {f"server-day-{day}" for day in range(4)} | {"both-day-3"}
    skipped = OutboxEvent.objects.filter(status=Status.SKIPPED, reason="pair_window_closed", payload="")
    assert set(ids(skipped)) == {f"both-day-{day}" for day in range(3)}
    assert len(arrived(meta)) == len(set(arrived(meta)))


def test_outage__longer_than_metas_deadline_loses_what_meta_would_refuse_and_no_batch_with_it(
    meta: Sandbox, clock: Clock, make_event: Any
) -> None:
    meta.switch("down")
    track(make_event(event_id="the-oldest"))
    track(make_event(event_id="in-a-store", action_source="physical_store"))
    sweep()
    clock.forward(7 * DAY)
    track(make_event(event_id="the-newest"))
    meta.switch("down", False)
    sweep()
    assert sorted(arrived(meta)) == ["in-a-store", "the-newest"]
    assert OutboxEvent.objects.get(event_id="the-oldest").status == Status.EXPIRED
    assert not meta.refusals
