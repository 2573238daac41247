"""Each switch met by the real transport over HTTP: which failure results, and what Meta has got by then."""

import json
import logging
import time
import tracemalloc
from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.conf import PixelSettings
from capi_tracking.delivery import deliver_due
from capi_tracking.exceptions import Denied, Rejected, Throttled, Unreachable
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.sandbox.switches import SWITCHES
from capi_tracking.transports import Batch, UnknownRefusal
from capi_tracking.transports.graph import KINDS, MAX_ANSWER, GraphTransport
from tests.outbox_rows import make_row, statuses
from tests.sandbox.conftest import PIXEL, good_event

TOKEN = "EAAsandboxTokenThatNobodyMaySee42"
MINUTE = timedelta(minutes=1)
OURS = PixelSettings(alias="default", pixel_id=PIXEL, access_token=TOKEN)


@pytest.fixture
def sandbox():
    with Sandbox(token=TOKEN, pixels={PIXEL}) as running:
        yield running


@pytest.fixture(autouse=True)
def _shop(capi, sandbox):
    """The shop sends to the sandbox, and does not wait long."""
    pixels = {"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}}
    capi(GRAPH_URL=sandbox.url, PIXELS=pixels, READ_TIMEOUT=timedelta(seconds=0.5))


@pytest.fixture(autouse=True)
def _no_token_in_a_log(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    assert TOKEN not in caplog.text


def payload(number, **changes):
    return json.dumps(good_event(time.time(), event_id=f"e{number}", **changes))


def send(count=3):
    """The acknowledgement of one batch, or the failure that the transport raised."""
    try:
        return GraphTransport(OURS).send(Batch(tuple(payload(number) for number in range(count))))
    except (Unreachable, Throttled, Denied, Rejected) as error:
        failure = error
    assert TOKEN not in repr(failure)
    assert failure.__cause__ is None
    return failure


def described(outcome):
    """Kind, HTTP status, code, subcode."""
    return type(outcome), outcome.http_status, outcome.code, outcome.subcode


# The outcome of each switch


@pytest.mark.parametrize(
    ("name", "options", "expected", "taken"),
    [
        ("down", {}, (Unreachable, None, None, None), 0),
        ("timeout", {}, (Unreachable, None, None, None), 0),
        ("timeout", {"takes": True}, (Unreachable, None, None, None), 3),
        ("slow", {"seconds": 30}, (Unreachable, None, None, None), 3),
        ("server_error", {}, (Unreachable, 500, 2, None), 0),
        ("server_error", {"status": 503}, (Unreachable, 503, 2, None), 0),
        ("server_error", {"body": "none"}, (Unreachable, 503, None, None), 0),
        ("html", {}, (Unreachable, 502, None, None), 0),
        ("html", {"status": 500}, (Unreachable, 500, None, None), 0),
        ("html", {"status": 403}, (Unreachable, 403, None, None), 0),
        ("redirect", {}, (Unreachable, 307, None, None), 0),
        ("redirect", {"status": 302}, (Unreachable, 302, None, None), 0),
        ("huge", {"status": 500}, (Unreachable, 500, None, None), 0),
        ("huge", {"status": 503, "endless": True}, (Unreachable, 503, None, None), 0),
        ("closed", {}, (Unreachable, None, None, None), 3),
        ("throttled", {}, (Throttled, 400, 4, None), 0),
        ("throttled", {"code": 80004}, (Throttled, 400, 80004, None), 0),
        ("usage", {"percent": 100}, (Throttled, 400, 4, None), 0),
        ("token", {}, (Denied, 401, 190, 460), 0),
        ("token", {"subcode": 463}, (Denied, 401, 190, 463), 0),
        ("permission", {}, (Denied, 403, 10, None), 0),
        ("permission", {"code": 200}, (Denied, 403, 200, None), 0),
        ("unknown_pixel", {}, (Denied, 400, 100, 33), 0),
    ],
    ids=str,
)
def test_a_switch__becomes_the_failure_that_it_is(sandbox, name, options, expected, taken):
    sandbox.switch(name, **options)
    assert described(send()) == expected
    assert len(sandbox.events) == taken


@pytest.mark.parametrize(
    ("name", "options", "received", "taken"),
    [
        ("slow", {"seconds": 0.1}, 3, 3),
        ("partial", {}, 2, 3),
        ("partial", {"received": 0}, 0, 3),
        ("huge", {}, None, 3),
        ("huge", {"endless": True}, None, 3),
        ("html", {"status": 200}, None, 0),
        ("usage", {"percent": 50}, 3, 3),
        ("blocked", {}, 3, 3),
    ],
    ids=str,
)
def test_a_switch__that_still_gives_a_2xx_is_acknowledged(sandbox, name, options, received, taken):
    sandbox.switch(name, **options)
    answer = send()
    assert (answer.http_status, answer.events_received) == (200, received)
    assert len(sandbox.events) == taken


OF_READERS = {"send_only"}  # a sender does not notice it: see test_reading


def test_every_switch__was_met():
    tables = (test_a_switch__becomes_the_failure_that_it_is, test_a_switch__that_still_gives_a_2xx_is_acknowledged)
    rows = [row[0] for table in tables for mark in table.pytestmark for row in mark.args[1]]
    assert {*rows, *OF_READERS} == set(SWITCHES)


@pytest.mark.parametrize(
    ("options", "wait"),
    [
        ({}, MINUTE),
        ({"minutes": 7}, 7 * MINUTE),
        ({"minutes": 0, "retry_after": 90}, 1.5 * MINUTE),
        ({"minutes": 3, "retry_after": 5}, 3 * MINUTE),
    ],
    ids=str,
)
def test_throttled__asks_for_its_time(sandbox, options, wait):
    sandbox.switch("throttled", **options)
    assert send().retry_after == wait


def test_timeout__is_over_within_the_read_timeout(sandbox):
    sandbox.switch("timeout")
    began = time.monotonic()
    assert str(send()) == "ReadTimeout"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("options", [{"megabytes": 50}, {"endless": True}, {"endless": True, "status": 500}], ids=str)
def test_huge__is_read_no_further_than_it_may(sandbox, options):
    sandbox.switch("huge", **options)
    send()  # what is imported and cached by the first request is not the answer's
    tracemalloc.start()
    began = time.monotonic()
    try:
        send()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < 5
    assert peak < 20 * MAX_ANSWER


def test_redirect__is_not_followed_to_the_other_host(sandbox):
    with Sandbox(token=TOKEN) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            sandbox.switch("redirect", status=status, to=f"{elsewhere.url}/v26.0/{PIXEL}/events")
            assert described(send()) == (Unreachable, status, None, None)
        assert (elsewhere.requests["connections"], elsewhere.events) == (0, [])


def test_after_each_switch__the_same_session_gets_through_again(sandbox):
    for name in SWITCHES:
        sandbox.switch(name, times=1)
        send()
        sandbox.switch(name, on=False)
        assert send().events_received == 3, name


# Graph's documented errors, row by row

UNREACHABLE, THROTTLED, DENIED = (
    [1, 2, 5000, 21009],
    [4, 17, 32, 341, 368, 613, 80000, 80003, 80004, 80014],
    [3, 10, 102, 190, 200, 210, 299, 803],
)
SUBCODES = [3, 7, 9, 10, 16, 17, 19, 30, 36, 43, 48, 50, 63, 66, 72, 87, 116, 118, 132, 1]


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        *[(code, None, Unreachable) for code in UNREACHABLE],
        *[(code, None, Throttled) for code in THROTTLED],
        *[(code, None, Denied) for code in DENIED],
        *[(190, subcode, Denied) for subcode in (458, 459, 460, 463)],
        *[(100, subcode, Denied) for subcode in (33, 34)],
        *[(100, 2804000 + number, Rejected) for number in SUBCODES],
        (100, None, Rejected),
        (4711, None, UnknownRefusal),
    ],
)
def test_a_documented_error__is_understood_over_http(sandbox, code, subcode, kind):
    sandbox.answer_next(code=code, subcode=subcode)
    outcome = send()
    assert (type(outcome), outcome.code, outcome.subcode) == (kind, code, subcode)
    assert outcome.trace_id
    assert sandbox.events == []


def test_every_code_that_the_transport_knows__comes_through(sandbox):
    for key, kind in KINDS.items():
        code, subcode = key if isinstance(key, tuple) else (key, None)
        sandbox.answer_next(code=code, subcode=subcode)
        assert type(send(1)) is kind, key


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ({"code": 100, "transient": True}, Unreachable),
        ({"code": 2500, "transient": True}, Unreachable),
        ({"status": 429}, Throttled),
        ({"status": 503}, Unreachable),
        ({"status": 400, "body": '{"error": {"message": "?"}}'}, UnknownRefusal),
        ({"status": 404, "body": "<html>"}, Unreachable),
    ],
    ids=str,
)
def test_an_answer_of_another_shape__is_understood_too(sandbox, script, kind):
    sandbox.answer_next(**script)
    assert type(send()) is kind


def test_an_echoed_token__is_struck_out(sandbox):
    sandbox.answer_next(code=190, message=f"Malformed access token {TOKEN}")
    assert str(send()) == "Malformed access token [secret]"


# With rows


@pytest.fixture
def rows(db):
    """Stores events that are due."""

    def store(count=3, **changes):
        return [make_row(number, payload=payload(number, **changes)) for number in range(1, count + 1)]

    return store


def deliver():
    return deliver_due("default", transport=GraphTransport)


def make_due():
    past = timezone.now() - timedelta(seconds=1)
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=past)
    Pixel.objects.filter(wait_until__isnull=False).update(wait_until=past)


def deliver_until_sent():
    """As the worker does, again and again, while time passes."""
    for _ in range(20):
        deliver()
        if set(statuses().values()) == {Status.SENT}:
            return
        make_due()
    raise AssertionError(statuses())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("down", {}),
        ("timeout", {}),
        ("server_error", {}),
        ("html", {}),
        ("redirect", {}),
        ("huge", {"status": 500, "endless": True}),
        ("throttled", {}),
    ],
    ids=str,
)
def test_a_failure_that_passes__loses_nothing_and_sends_nothing_twice(sandbox, rows, name, options):
    rows()
    sandbox.switch(name, **options)
    deliver()
    assert set(statuses().values()) == {Status.PENDING}
    sandbox.switch(name, on=False)
    make_due()
    deliver_until_sent()
    assert [(group["server"], group["counted"]) for group in sandbox.groups()] == [(1, 1)] * 3


@pytest.mark.parametrize(
    ("name", "options"), [("closed", {}), ("timeout", {"takes": True}), ("slow", {"seconds": 30})], ids=str
)
def test_an_answer_that_was_lost__is_asked_for_again_and_counted_once(sandbox, rows, name, options):
    rows()
    sandbox.switch(name, times=1, **options)
    deliver()
    deliver_until_sent()
    assert [(group["server"], group["counted"]) for group in sandbox.groups()] == [(2, 1)] * 3


@pytest.mark.parametrize("name", ["token", "permission", "unknown_pixel"])
def test_a_refused_pixel__holds_everything_until_it_is_mended(sandbox, rows, name):
    rows()
    sandbox.switch(name)
    deliver()
    assert set(statuses().values()) == {Status.HELD}
    assert Pixel.objects.get(alias="default").state == "paused"
    assert sandbox.requests["graph"] == 1
    deliver()
    assert sandbox.requests["graph"] == 1


def test_throttled__keeps_the_pixel_waiting_as_long_as_it_was_told(sandbox, rows):
    rows()
    sandbox.switch("throttled", minutes=30)
    deliver()
    wait = Pixel.objects.get(alias="default").wait_until - timezone.now()
    assert timedelta(minutes=29) < wait < timedelta(minutes=50)


@pytest.mark.parametrize(
    ("name", "options", "received", "taken"),
    [("partial", {}, 2, 3), ("huge", {"endless": True}, None, 3), ("html", {"status": 200}, None, 0)],
    ids=str,
)
def test_a_2xx_that_confirms_too_little__is_final_and_marked(sandbox, rows, name, options, received, taken):
    rows()
    sandbox.switch(name, **options)
    deliver()
    assert set(statuses().values()) == {Status.SENT}
    assert [row.short_ack for row in OutboxEvent.objects.all()] == [True] * 3
    assert DeliveryAttempt.objects.get().events_received == received
    assert len(sandbox.events) == taken


def test_one_bad_event__dies_alone_by_metas_own_rule(sandbox, rows):
    rows(7)
    make_row(8, payload=payload(8, event_name="Purchase"))
    deliver()
    assert statuses() == dict.fromkeys((f"e{number}" for number in range(1, 8)), Status.SENT) | {"e8": Status.DEAD}
    assert OutboxEvent.objects.get(event_id="e8").reason == "rejected_2804009"
    assert [group["server"] for group in sandbox.groups()] == [1] * 7


def test_one_bad_event__where_meta_keeps_the_good_ones_they_are_still_counted_once(rows, capi):
    with Sandbox(token=TOKEN, keeps_valid=True) as lax:
        capi(GRAPH_URL=lax.url, PIXELS={"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}})
        rows(3)
        make_row(4, payload=payload(4, event_name="Purchase"))
        deliver()
        assert sorted(statuses().values()) == [Status.DEAD, *[Status.SENT] * 3]
        assert [group["counted"] for group in lax.groups()] == [1] * 3
        assert max(group["server"] for group in lax.groups()) > 1
