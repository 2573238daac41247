"""From ``track()`` to a Graph API over real HTTP: what it takes, what it refuses, and when it is not there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.delivery import Report, deliver_due, sweep
from capi_tracking.events import CustomData
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import track
from capi_tracking.transports.graph import GraphTransport

pytestmark = pytest.mark.django_db

TOKEN = "a token, for tests"
SECRET = "a secret, for tests"


def settings_of(token: str = TOKEN, **changes: str) -> dict[str, dict[str, str]]:
    return {"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": token, **changes}}


@pytest.fixture
def sandbox(capi: Callable[..., None]) -> Iterator[Sandbox]:
    with Sandbox(token=TOKEN, pixels=["1234567890"]) as running:
        capi(
            PIXELS=settings_of(),
            GRAPH_URL=running.url,
            TRANSPORT=f"{GraphTransport.__module__}.GraphTransport",
            READ_TIMEOUT=timedelta(seconds=5),
        )
        yield running


def deliver() -> Report:
    return deliver_due("default")


def time_passes() -> None:
    past = timezone.now() - timedelta(seconds=1)
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=past)
    Pixel.objects.filter(wait_until__isnull=False).update(wait_until=past)


def statuses() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("status", flat=True))


def last_attempt() -> DeliveryAttempt:
    return DeliveryAttempt.objects.order_by("pk")[DeliveryAttempt.objects.count() - 1]


def test_deliver_due__meta_gets_the_event_as_it_was_tracked(sandbox: Sandbox, make_event: Any) -> None:
    event = make_event()
    track(event)
    assert deliver().delivered == 1
    (arrived,) = sandbox.events
    assert arrived["payload"] == event.as_payload()
    attempt = last_attempt()
    assert (attempt.http_status, attempt.events_received, attempt.kind) == (200, 1, "delivered")
    assert attempt.trace_id


def test_deliver_due__a_batch_over_one_connection(sandbox: Sandbox, make_event: Any, capi: Any) -> None:
    capi(BATCH_SIZE=10)
    for _ in range(35):
        track(make_event())
    report = deliver()
    assert (report.delivered, report.requests) == (35, 4)
    assert len(sandbox.events) == 35
    requests: dict[str, Any] = dict(sandbox.requests)
    assert requests["connections"] == 1


def test_deliver_due__the_proof_is_what_meta_wants(sandbox: Sandbox, make_event: Any, capi: Any) -> None:
    with Sandbox(token=TOKEN, app_secret=SECRET) as strict:
        capi(GRAPH_URL=strict.url, PIXELS=settings_of(APP_SECRET=SECRET))
        track(make_event())
        assert deliver().delivered == 1


def test_deliver_due__one_bad_event_does_not_take_the_batch_with_it(sandbox: Sandbox, make_event: Any) -> None:
    good = [track(make_event()) for _ in range(20)]
    bad = track(make_event())
    # as an old version of ours might have stored it
    text = OutboxEvent.objects.get(key=bad.key).payload.replace('"currency"', '"currency_"')
    OutboxEvent.objects.filter(key=bad.key).update(payload=text)
    report = deliver()
    assert (report.delivered, report.failed) == (20, 1)
    row = OutboxEvent.objects.get(key=bad.key)
    assert row.status == Status.DEAD
    assert row.reason.startswith("rejected_2804")
    assert {hit["payload"]["event_id"] for hit in sandbox.events} == {row.event_id for row in good}


def test_deliver_due__down_at_first_all_is_delivered_when_it_is_up(sandbox: Sandbox, make_event: Any) -> None:
    for _ in range(3):
        track(make_event())
    sandbox.switch("down", True)
    for _ in range(4):
        deliver()
        time_passes()
    assert set(statuses()) == {Status.PENDING}
    assert last_attempt().kind == "unreachable"
    sandbox.switch("down", False)
    assert deliver().delivered == 3
    assert len(sandbox.events) == 3


def test_deliver_due__a_refused_token_holds_all_until_there_is_a_new_one(
    sandbox: Sandbox, make_event: Any, capi: Any
) -> None:
    track(make_event())
    capi(PIXELS=settings_of("an old token"))
    assert deliver().held == 1
    assert Pixel.objects.get().state == Pixel.State.PAUSED
    assert last_attempt().code == 190
    track(make_event())
    assert statuses() == [Status.HELD, Status.PENDING]
    capi(PIXELS=settings_of(TOKEN))
    assert sweep("default").delivered == 2
    assert len(sandbox.events) == 2


def test_deliver_due__throttled_waits(sandbox: Sandbox, make_event: Any) -> None:
    track(make_event())
    sandbox.switch("throttled", True)
    deliver()
    assert last_attempt().kind == "throttled"
    wait_until = Pixel.objects.get().wait_until
    assert wait_until is not None
    assert wait_until > timezone.now() + timedelta(seconds=30)
    asked = sandbox.requests["graph"]
    deliver()
    assert sandbox.requests["graph"] == asked
    sandbox.switch("throttled", False)
    time_passes()
    assert deliver().delivered == 1


def test_deliver_due__a_second_copy_of_an_event_makes_one_row_and_one_hit(sandbox: Sandbox, make_event: Any) -> None:
    event = make_event()
    track(event)
    track(replace(event, custom_data=CustomData(value=Decimal(1), currency="EUR")))
    deliver()
    track(event)
    deliver()
    assert len(sandbox.events) == 1


def test_delivery__leaves_no_token_in_its_tables(sandbox: Sandbox, make_event: Any, capi: Any) -> None:
    track(make_event())
    capi(PIXELS=settings_of("an old token"))
    deliver()
    for model in (DeliveryAttempt, Pixel, OutboxEvent):
        assert "an old token" not in str(list(model.objects.values()))
