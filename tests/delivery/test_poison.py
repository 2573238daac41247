"""What breaks a server or a transport is told from an outage, and harms no other."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from capi_tracking.conf import PixelSettings
from capi_tracking.delivery import deliver_due
from capi_tracking.exceptions import ImproperlyTracked, TransportError, Unreachable
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.transports import Acknowledgement, Batch, Transport
from capi_tracking.transports.local import Answer, MemoryTransport
from tests.delivery.sending import deliver, ids, make_due, refuses
from tests.outbox_rows import attempts, make_row, make_rows, statuses

DOWN = Unreachable("ConnectTimeout")
BROKEN = Unreachable("HTTP 500", http_status=500)
pytestmark = pytest.mark.django_db


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


def test_deliver_due__a_batch_is_not_halved_while_one_of_it_was_struck_less_often() -> None:
    make_row(1)
    make_row(2, strikes=2)
    _, transport = deliver(BROKEN)
    assert [len(batch) for batch in transport.sent] == [2]
    assert dict(OutboxEvent.objects.values_list("event_id", "strikes")) == {"e1": 1, "e2": 3}


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


def test_deliver_due__of_an_error_that_is_not_ours_the_log_has_the_name_alone(caplog: Any) -> None:
    def make(chosen: PixelSettings) -> Transport:
        raise ValueError("the token EAAzebra is odd")

    deliver_due("default", transport=make)
    assert "ValueError" in caplog.text
    assert "zebra" not in caplog.text
