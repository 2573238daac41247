"""Bad events among good ones: the good ones arrive, each once, and it costs little."""

import random
from collections.abc import Callable
from datetime import timedelta
from math import ceil, log2
from typing import Any

import pytest

from capi_tracking.delivery import deliver_due
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import track
from tests.failures.conftest import arrived, ids

pytestmark = pytest.mark.django_db

EVENTS = 1000


@pytest.fixture(autouse=True)
def patient(meta: Sandbox, capi: Callable[..., None]) -> None:
    """A thousand events take a busy machine more than the second that others wait here."""
    capi(READ_TIMEOUT=timedelta(seconds=30))


def most_extra_requests(bad: int) -> int:
    """Each bad event costs two requests a halving; those near the root are shared by all of them."""
    return 2 * bad * ceil(log2(EVENTS / bad)) + 2 * bad


@pytest.fixture
def spoil(make_event: Any) -> Callable[[int], set[str]]:
    """A full batch, and as many of its events spoilt, somewhere; the ids of these."""

    def make(count: int) -> set[str]:
        for number in range(EVENTS):
            track(make_event(event_id=f"event-{number:04}"))
        chosen = random.Random(count).sample(list(OutboxEvent.objects.all()), count)
        for row in chosen:
            row.payload = row.payload.replace('"currency"', '"currency_"')  # as an old version might have stored it
        OutboxEvent.objects.bulk_update(chosen, ["payload"])
        return {row.event_id for row in chosen}

    return make


@pytest.mark.parametrize("count", [1, 3, 50])
def test_bad_events__cost_few_requests_and_no_other_event(
    meta: Sandbox, spoil: Callable[[int], set[str]], count: int, record_property: Callable[[str, object], None]
) -> None:
    bad = spoil(count)
    report = deliver_due()
    assert sorted(arrived(meta)) == sorted(set(ids(OutboxEvent.objects.all())) - bad)
    assert set(ids(OutboxEvent.objects.filter(status=Status.DEAD, reason="rejected_2804010"))) == bad
    extra = report.requests - 1
    record_property("extra_requests", extra)
    print(f"{EVENTS} events, {count} bad: {extra} extra requests, at most {most_extra_requests(count)}")  # noqa: T201 (the figure is what the test is for)
    assert extra <= most_extra_requests(count)


@pytest.mark.parametrize("payload", ["no JSON", "{", "[]", "null", '{"event_name": "PageView"}', '{"a": NaN}'])
def test_row__edited_by_hand_into_nonsense_dies_alone(meta: Sandbox, make_event: Any, payload: str) -> None:
    good = [track(make_event()).event_id for _ in range(4)]
    bad = track(make_event())
    OutboxEvent.objects.filter(key=bad.key).update(payload=payload)
    deliver_due()
    assert sorted(arrived(meta)) == sorted(good)
    assert OutboxEvent.objects.get(key=bad.key).status == Status.DEAD


def test_row__whose_text_would_end_the_list_can_not_change_the_token_and_is_told(
    meta: Sandbox, make_event: Any
) -> None:
    good, bad = track(make_event()), track(make_event())
    text = OutboxEvent.objects.get(key=good.key).payload
    OutboxEvent.objects.filter(key=bad.key).update(payload=text + '], "access_token": "another", "data": [' + text)
    deliver_due()
    assert not meta.refusals
    assert set(OutboxEvent.objects.values_list("status", "short_ack")) == {(Status.SENT, True)}
