"""What is written down of one request, and what is told of rows that another worker took meanwhile."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.conf import PixelSettings
from capi_tracking.delivery import attempts as requests
from capi_tracking.delivery import deliver_due, sweep
from capi_tracking.delivery.attempts import Attempt, attempt
from capi_tracking.exceptions import Denied, Rejected, Unreachable
from capi_tracking.models import Claimed, OutboxEvent, Pixel, Status
from capi_tracking.models.database import slices
from capi_tracking.signals import event_failed, pixel_paused
from capi_tracking.transports import Acknowledgement, Batch
from capi_tracking.transports.local import MemoryTransport, ScriptedTransport
from tests.delivery.clock import Clock
from tests.outbox_rows import attempts, make_row, make_rows, statuses

pytestmark = pytest.mark.django_db

NONSENSE = Rejected("", http_status=400, code=100, subcode=2804009)
SMALL, INT = 2**15 - 1, 2**31 - 1


@pytest.fixture
def told() -> Any:
    """The reasons that were told of pixels that paused and of events that failed."""
    reasons: list[str] = []

    def receiver(sender: object, reason: str, **kwargs: Any) -> None:
        reasons.append(reason)

    for signal in (pixel_paused, event_failed):
        signal.connect(receiver)
    yield reasons
    for signal in (pixel_paused, event_failed):
        signal.disconnect(receiver)


# -- the record ------------------------------------------------------------------------------------------------------


def test_attempt__says_which_pixel_when_and_how_many_bytes() -> None:
    before = timezone.now()
    make_row(payload='{"city": "Köln"}')
    deliver_due()
    (made,) = attempts()
    assert made.pixel == "default"
    assert before <= made.started_at <= timezone.now()
    assert made.batch_bytes == len('[{"city": "Köln"}]'.encode())


@pytest.mark.parametrize(("received", "kept"), [(0, 0), (1, 1), (INT, INT), (INT + 1, None), (-1, None), (None, None)])
def test_attempt__keeps_the_count_that_fits_its_column(received: int | None, kept: int | None) -> None:
    make_row()
    deliver_due(transport=ScriptedTransport(Acknowledgement(events_received=received)))
    assert attempts()[0].events_received == kept


@pytest.mark.parametrize(("status", "kept"), [(SMALL, SMALL), (SMALL + 1, None)])
def test_attempt__keeps_the_http_status_that_fits_its_column(status: int, kept: int | None) -> None:
    make_rows(1)
    deliver_due(transport=ScriptedTransport(Unreachable("?", http_status=status)))
    assert attempts()[0].http_status == kept


def test_attempt__of_a_success_keeps_metas_words_as_far_as_they_fit() -> None:
    make_rows(2)
    words = Acknowledgement(events_received=2, messages=("a", "b"), trace_id="t" * 99)
    deliver_due(transport=ScriptedTransport(words))
    make_row(9)
    deliver_due(transport=ScriptedTransport(Acknowledgement(events_received=1, messages=("x" * 999,))))
    assert [(made.message, len(made.trace_id)) for made in attempts()] == [("a; b", 64), ("x" * 300, 0)]


def test_attempt__began_before_the_transport_did() -> None:
    begun: list[datetime] = []

    def answer(batch: Batch) -> None:
        begun.append(timezone.now())

    make_row()
    deliver_due(transport=ScriptedTransport(answer))
    assert attempts()[0].started_at <= begun[0]


def test_attempt__of_a_transport_that_answers_nonsense_says_what_it_was() -> None:
    class Talkative(MemoryTransport):
        def send(self, batch: Batch) -> Any:
            return "thank you"

    make_row()
    deliver_due(transport=Talkative)
    assert attempts()[0].message == "send() returned str"


def claimed() -> list[Claimed]:
    return [Claimed(1, "k1", "{}", is_late=False, leases=0, strikes=0, environment="")]


def test_attempt__lasts_as_many_milliseconds_as_the_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(requests, "time", clock)
    transport = ScriptedTransport(lambda batch: clock.passes(2))
    transport.pixel = PixelSettings(alias="default", pixel_id="1")
    assert attempt(transport, claimed()).duration_ms == 2000


def test_attempt__that_took_longer_than_its_column_can_say_is_kept_all_the_same() -> None:
    made = Attempt(Batch(("{}",)), Acknowledgement(events_received=1), timezone.now(), INT + 1, claimed())
    made.save("default", "default")
    assert attempts()[0].duration_ms == INT


# -- another worker comes between -------------------------------------------------------------------------------------


def test_deliver_due__a_row_on_its_last_chance_that_another_took_is_not_sent() -> None:
    make_row(leases=5)

    def another_takes_what_is_leased() -> bool:
        OutboxEvent.objects.filter(status=Status.LEASED).update(lease_token="another")
        return False

    transport = ScriptedTransport()
    deliver_due(transport=transport, stop=another_takes_what_is_leased)
    assert transport.sent == []
    assert OutboxEvent.objects.get().lease_token == "another"


def test_deliver_due__of_a_pixel_that_another_worker_paused_already_nothing_is_told_twice(told: list[str]) -> None:
    make_row()

    def another_is_refused(batch: Batch) -> Exception:
        Pixel.objects.pause("default", reason="denied 190", fingerprint="its")
        return Denied("token", code=190)

    assert deliver_due(transport=ScriptedTransport(another_is_refused)).held == 1
    assert told == []


def test_deliver_due__a_refused_event_that_another_worker_has_is_its_own_to_bury(told: list[str]) -> None:
    make_row()

    def loses_the_lease(batch: Batch) -> Exception:
        OutboxEvent.objects.update(lease_token="another")
        return NONSENSE

    report = deliver_due(transport=ScriptedTransport(loses_the_lease))
    assert (report.failed, told, statuses()) == (0, [], {"e1": Status.LEASED})


# -- refused, and out of reach ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "reason"), [(190, "denied_190"), (None, "denied")])
def test_deliver_due__a_held_row_says_why_and_by_which_request(code: int | None, reason: str) -> None:
    make_row()
    deliver_due(transport=ScriptedTransport(Denied("token", code=code)))
    row = OutboxEvent.objects.get()
    assert (row.status, row.reason, row.last_attempt_id) == (Status.HELD, reason, attempts()[0].pk)


def test_deliver_due__a_pixel_that_pauses_is_told_with_its_database_and_why() -> None:
    make_row()
    calls: list[dict[str, Any]] = []

    def receiver(sender: object, signal: object, **news: Any) -> None:
        calls.append({"sender": sender, **news})

    pixel_paused.connect(receiver)
    try:
        deliver_due(transport=ScriptedTransport(Denied("token", code=190)))
    finally:
        pixel_paused.disconnect(receiver)
    assert calls == [{"sender": Pixel, "pixel": "default", "using": "default", "reason": "denied 190 token"}]


def test_deliver_due__a_batch_that_nobody_answered_is_not_halved_whatever_struck_its_rows_before() -> None:
    make_rows(2, strikes=3)
    transport = ScriptedTransport(always=Unreachable("ConnectTimeout"))
    deliver_due(transport=transport)
    assert [len(batch) for batch in transport.sent] == [2]
    assert set(OutboxEvent.objects.values_list("strikes", flat=True)) == {3}


def test_deliver_due__the_strike_that_halves_a_batch_is_kept_with_its_request() -> None:
    make_rows(2, strikes=2)
    broken = Unreachable("HTTP 500", http_status=500)
    deliver_due(transport=ScriptedTransport(broken, Unreachable("ConnectTimeout"), always=None))
    struck = OutboxEvent.objects.get(status=Status.PENDING)
    assert (struck.strikes, struck.attempts) == (3, 2)


# -- sweep -----------------------------------------------------------------------------------------------------------


def test_sweep__closes_what_is_too_late_in_slices_and_leaves_the_rest_to_the_next(
    monkeypatch: pytest.MonkeyPatch, told: list[str]
) -> None:
    monkeypatch.setattr(slices, "SLICE", 2)
    monkeypatch.setattr(slices, "SLICES", 2)
    make_rows(5, deadline_at=timezone.now() - timedelta(hours=1))
    assert sweep(transport=ScriptedTransport()).expired == 5
    assert told == ["too_old", "too_old", "too_old"]
