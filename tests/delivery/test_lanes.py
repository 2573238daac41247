"""What staff and other workers see of a pixel that waits, and how long one drain goes on."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.conf import pixel
from capi_tracking.delivery import deliver_due, drain, lane, sweep
from capi_tracking.delivery.configured import RELEASE, marks
from capi_tracking.delivery.lane import describe, fingerprint
from capi_tracking.delivery.report import Report
from capi_tracking.exceptions import Rejected, Unreachable
from capi_tracking.models import OutboxEvent, Pixel, Status
from capi_tracking.retry import wait_after
from capi_tracking.transports import Acknowledgement, Batch
from capi_tracking.transports.local import ScriptedTransport
from tests.delivery.clock import Clock
from tests.outbox_rows import make_row, make_rows, statuses

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DOWN = Unreachable("ConnectTimeout")


@pytest.fixture
def two_pixels(capi: Any) -> None:
    capi(PIXELS={alias: {"PIXEL_ID": alias, "ACCESS_TOKEN": "t"} for alias in ("default", "other")}, BATCH_SIZE=1)
    make_rows(2)
    make_rows(2, first=3, pixel="other")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Acknowledgement(events_received=1, usage=80), "80 % of Meta's allowance is used"),
        (Acknowledgement(events_received=1, retry_after=HOUR), "Meta asks to slow down"),
    ],
)
def test_ease__says_why_the_pixel_waits(answer: Acknowledgement, reason: str) -> None:
    make_row()
    deliver_due(transport=ScriptedTransport(answer))
    assert Pixel.objects.get().wait_reason == reason


def test_describe__is_kind_codes_and_what_meta_said_as_far_as_it_fits() -> None:
    assert describe(Rejected("No", code=100, subcode=7)) == "rejected 100/7 No"
    assert describe(Rejected("No", code=100)) == "rejected 100 No"
    assert describe(Unreachable("Timeout")) == "unreachable Timeout"
    assert len(describe(Rejected("x" * 999))) == 200


@pytest.mark.parametrize("change", [{"GRAPH_URL": "https://other.example"}, {"GRAPH_VERSION": "v99.0"}])
def test_fingerprint__changes_with_what_a_refusal_can_depend_on(capi: Any, change: dict[str, str]) -> None:
    before = fingerprint(pixel("default"))
    capi(**change)
    assert fingerprint(pixel("default")) != before


@pytest.mark.parametrize("dice", [0.0, 1.0])
def test_pause__is_spread_by_the_dice_so_that_workers_do_not_come_back_together(
    monkeypatch: pytest.MonkeyPatch, dice: float
) -> None:
    monkeypatch.setattr(lane, "random", SimpleNamespace(random=lambda: dice))
    assert lane.pause(DOWN, tries=1) == wait_after(DOWN, tries=1, jitter=dice)


def test_probes__take_turns_among_ten_events() -> None:
    """The eleventh unanswered one begins again with the first."""
    make_rows(12)
    Pixel.objects.create(alias="default", failures=20, wait_until=timezone.now() - HOUR)
    transport = ScriptedTransport(always=Unreachable("?"))
    deliver_due(transport=transport)
    assert [[event["event_id"] for event in batch.events] for batch in transport.sent] == [["e1"]]


@pytest.mark.parametrize("run", [deliver_due, sweep])
def test_drain__that_is_stopped_leaves_the_next_pixel_alone(two_pixels: None, run: Callable[..., Any]) -> None:
    transport = ScriptedTransport()
    run(transport=transport, stop=lambda: bool(transport.sent))
    assert len(transport.sent) == 1


@pytest.mark.parametrize("run", [deliver_due, sweep])
def test_drain__goes_on_while_it_has_time_left_and_leaves_the_rest_when_it_is_used_up(
    two_pixels: None, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(drain, "time", clock)
    transport = ScriptedTransport(always=lambda batch: clock.passes(1))
    run(transport=transport, budget=timedelta(seconds=3))
    assert len(transport.sent) == 3


def test_drain__sends_nothing_of_a_paused_pixel_though_another_is_open(two_pixels: None) -> None:
    Pixel.objects.create(alias="default", state=Pixel.State.PAUSED)
    deliver_due(transport=ScriptedTransport())
    assert statuses() == {"e1": Status.PENDING, "e2": Status.PENDING, "e3": Status.SENT, "e4": Status.SENT}


def test_drain__switched_off_reports_that_nothing_was_done(capi: Any) -> None:
    capi(ENABLED=False)
    assert deliver_due() == Report()


def test_marks__are_of_settings_alone() -> None:
    assert all(name.rpartition(".")[2].isupper() for name in marks().keys() - {"", RELEASE})


def test_drain__of_one_row_a_batch_sends_them_one_by_one(two_pixels: None) -> None:
    transport = ScriptedTransport()
    deliver_due(transport=transport)
    assert [len(batch) for batch in transport.sent] == [1] * 4


def test_sweep__remembers_since_when_a_pixel_sends_with_a_test_code(capi: Any) -> None:
    entry = {"PIXEL_ID": "1", "ACCESS_TOKEN": "t"}
    capi(PIXELS={"default": entry | {"TEST_EVENT_CODE": "TEST1"}})
    sweep(transport=ScriptedTransport())
    first = Pixel.objects.get()
    assert first.test_code_since is not None
    sweep(transport=ScriptedTransport())
    assert Pixel.objects.get().test_code_since == first.test_code_since
    capi(PIXELS={"default": entry})
    sweep(transport=ScriptedTransport())
    last = Pixel.objects.get()
    assert (last.test_code_since, last.test_code_mark) == (None, "")


def test_attempt__of_a_row_that_was_leased_too_often_is_its_only_one(capi: Any) -> None:
    make_rows(2, leases=5)
    sent: list[int] = []

    def answer(batch: Batch) -> None:
        sent.append(len(batch))

    deliver_due(transport=ScriptedTransport(always=answer))
    assert sent == [1, 1]
    assert OutboxEvent.objects.filter(sent_at__isnull=False).count() == 2
