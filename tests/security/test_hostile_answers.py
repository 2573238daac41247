"""Whoever answers in Meta's place may say anything: it is kept in bounds, and decides nothing but what its code means."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from capi_tracking.delivery import deliver_due
from capi_tracking.exceptions import Denied, Rejected, Throttled, TransportError, Unreachable
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Pixel, Status
from capi_tracking.sandbox import Sandbox
from capi_tracking.tracking import track
from capi_tracking.transports import Acknowledgement
from capi_tracking.transports.graph import MAX_ANSWER, Answer, acknowledgement, failure, usage
from capi_tracking.transports.wording import plain
from tests.failures.conftest import TOKEN, arrived

SURROGATE, NUL = "\ud800", "\x00"
DEEP = 100_000

TEXTS = [f"{SURROGATE} half a pair", f"{NUL} a zero", "a\nb\r\nc\x1b[31m", "\u202e backwards", "x" * 50_000, "ü" * 400]
ODD_VALUES: list[Any] = [*TEXTS, None, True, 7, -1, 1e308, 10**300, [], {}, [[["x"]]], {"a": {"b": 1}}, ""]
BODIES = [
    b"",
    b"[" * DEEP,
    b'{"error":' * DEEP,
    b'{"messages":' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"events_received": ' + b"9" * 5000 + b"}",
    b'{"events_received": 1e999, "error": NaN}',
    json.dumps(dict.fromkeys(map(str, range(50_000)), 1)).encode(),
    b'{"x":"' + b"x" * (MAX_ANSWER + 1) + b'"}',
    b"\xff\xfe\x00",
    b"<html>" * 1000,
]
LATE = [
    "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
    "Mon, 01 Jan 2026 00:00:00 +9999999999999",
    "9" * 400,
    "-1",
    "",
]
HEADERS = [
    {"Retry-After": LATE[0]},
    {"Retry-After": LATE[1]},
    {"Retry-After": LATE[2]},
    {"X-App-Usage": '{"call_count":' + "9" * 3000 + "}"},
    {"X-Business-Use-Case-Usage": '{"estimated_time_to_regain_access": 999999999}'},
]


def texts_kept() -> Iterator[str]:
    for attempt in DeliveryAttempt.objects.all():
        yield from (attempt.message, attempt.trace_id)
    for pixel in Pixel.objects.all():
        yield from (pixel.paused_reason, pixel.wait_reason)
    yield from OutboxEvent.objects.values_list("reason", flat=True)


def said(value: Any, **more: Any) -> str:
    """A whole answer, the same text in all that is kept of it."""
    error = {"message": value, "fbtrace_id": value, **more} if more else {}
    return json.dumps({"messages": [value, value], "fbtrace_id": value, "events_received": 1} | ({"error": error} if error else {}))  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
def test_success__is_final_and_recorded_whatever_its_texts_are(meta: Sandbox, make_event: Any, value: Any) -> None:
    track(make_event())
    meta.answer_next(status=200, body=said(value))
    deliver_due()
    deliver_due()
    assert OutboxEvent.objects.get().status == Status.SENT
    attempt = DeliveryAttempt.objects.get()
    assert (attempt.kind, attempt.events_received) == ("delivered", 1)
    assert all(text.isprintable() for text in texts_kept())


@pytest.mark.django_db
@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
def test_success__is_final_whatever_its_headers_are(meta: Sandbox, make_event: Any, headers: dict[str, str]) -> None:
    track(make_event())
    meta.answer_next(status=200, body='{"events_received": 1}', headers=headers)
    deliver_due()
    assert OutboxEvent.objects.get().status == Status.SENT
    wait = Pixel.objects.get().wait_until
    assert wait is None or (wait - OutboxEvent.objects.get().settled_at).total_seconds() < 24 * 3600 + 60


@pytest.mark.django_db
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("status", [200, 400, 500])
def test_body__of_any_size_or_depth_costs_no_event(meta: Sandbox, make_event: Any, status: int, body: bytes) -> None:
    track(make_event())
    meta.answer_next(status=status, body=body.decode("latin-1"))
    deliver_due()
    row = OutboxEvent.objects.get()
    assert row.status == (Status.SENT if status == 200 else Status.PENDING)
    assert row.payload or row.status == Status.SENT


@pytest.mark.django_db
@pytest.mark.parametrize("value", ODD_VALUES, ids=range(len(ODD_VALUES)))
@pytest.mark.parametrize("code", [1, 4, 100, 190])
def test_refusal__is_recorded_whatever_its_texts_are(meta: Sandbox, make_event: Any, code: int, value: Any) -> None:
    track(make_event())
    meta.answer_next(status=400, body=said(value, code=code))
    deliver_due()
    attempt = DeliveryAttempt.objects.get()
    assert attempt.code == code
    assert all(text.isprintable() for text in texts_kept())


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [value for value in ODD_VALUES if value != 7])
def test_codes__of_another_type_are_none(meta: Sandbox, make_event: Any, wrong: Any) -> None:
    track(make_event())
    meta.answer_next(status=400, body=json.dumps({"error": {"code": wrong, "error_subcode": wrong, "message": "x"}}))
    deliver_due()
    assert OutboxEvent.objects.get().status == Status.PENDING
    assert DeliveryAttempt.objects.get().kind == "unreachable"


@pytest.mark.django_db
@pytest.mark.parametrize("status", [200, 400, 401, 503])
def test_echoed_token__is_kept_nowhere(meta: Sandbox, make_event: Any, caplog: Any, status: int) -> None:
    caplog.set_level("DEBUG")
    track(make_event())
    spellings = f"{TOKEN} the%20right%20token EAAsomeOtherTokenOfOurs123"
    for code in (1, 190):
        meta.answer_next(status=status, body=said(spellings, code=code))
        OutboxEvent.objects.update(due_at="2020-01-01T00:00Z", status=Status.PENDING, settled_at=None)
        Pixel.objects.update(wait_until=None)
        deliver_due()
    assert DeliveryAttempt.objects.count() == 2
    found = " ".join([*texts_kept(), caplog.text])
    assert "[secret]" in found
    assert not [each for each in (TOKEN, "right%20token", "EAAsome") if each in found]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [Unreachable, Denied, Rejected, Throttled])
def test_transport_of_somebody_elses__may_say_anything_too(make_event: Any, error: type, monkeypatch: Any) -> None:
    def send(*args: Any) -> Acknowledgement:
        raise error(f"{SURROGATE}{NUL}", trace_id=f"{SURROGATE}{NUL}")

    monkeypatch.setattr("capi_tracking.transports.local.MemoryTransport.send", send)
    track(make_event())
    deliver_due()
    assert DeliveryAttempt.objects.get().kind == error.kind
    assert all(text.isprintable() for text in texts_kept())


@pytest.mark.django_db
def test_redirect__is_not_followed_and_takes_no_token_along(meta: Sandbox, make_event: Any) -> None:
    with Sandbox(token=TOKEN, pixels=["1234567890"]) as elsewhere:
        track(make_event())
        for status in (301, 302, 303, 307, 308):
            meta.answer_next(status=status, headers={"Location": f"{elsewhere.url}/v26.0/1234567890/events"})
            OutboxEvent.objects.update(due_at="2020-01-01T00:00Z")
            Pixel.objects.update(wait_until=None)
            deliver_due()
        assert DeliveryAttempt.objects.filter(http_status__gte=300).count() == 5
        assert not arrived(elsewhere)
    assert OutboxEvent.objects.get().status == Status.PENDING


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["error", "messages", "fbtrace_id", "events_received", "code", "error_subcode", "message"])
bodies = st.dictionaries(names, anything | st.dictionaries(names, anything, max_size=5), max_size=5)
headers = st.dictionaries(
    st.sampled_from(["Retry-After", "X-App-Usage", "X-Business-Use-Case-Usage"]), st.text(max_size=60), max_size=3
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies, sent=headers, status=st.integers(100, 999))
@example(body={}, sent={"Retry-After": LATE[0]}, status=429)
@example(body={}, sent={"Retry-After": LATE[1]}, status=200)
def test_answer__of_anything_at_all_is_an_acknowledgement_or_one_of_four_failures(
    body: dict[str, Any], sent: dict[str, str], status: int
) -> None:
    answer = Answer(status, sent, body)
    taken, refused = acknowledgement(answer, secrets=[TOKEN]), failure(answer, secrets=[TOKEN])
    assert isinstance(taken, Acknowledgement)
    assert isinstance(refused, TransportError)
    for text in (taken.trace_id, *taken.messages, refused.trace_id, str(refused)):
        assert text.isprintable()
        assert len(text) <= 300
    assert 0 <= usage(sent) <= 1000


@pytest.mark.parametrize(
    ("value", "kept"),
    [("a\nb", "a b"), (SURROGATE, " "), (NUL, " "), (7, "7"), (None, ""), (True, ""), ([1], ""), ({"a": 1}, "")],
)
def test_plain__keeps_texts_and_numbers_in_one_line(value: object, kept: str) -> None:
    assert plain(value, most=300) == kept


def test_plain__strikes_a_secret_out_before_it_cuts() -> None:
    assert plain("ab" + TOKEN, most=8, secrets=[TOKEN]) == "ab[secre"
