"""Which failure a refusal is: code and subcode decide, no text does."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from capi_tracking.exceptions import Denied, Rejected, Throttled, TransportError, Unreachable
from capi_tracking.transports import UnknownRefusal
from capi_tracking.transports.graph import KINDS, Answer, failure, usage

TOKEN = "EAAB secret/token+42"


def graph_error(status: int = 400, headers: dict[str, str] | None = None, **error: Any) -> TransportError:
    return failure(Answer(status, headers or {}, {"error": {"message": "text", **error}}), secrets=[TOKEN])


U, T, D, R = Unreachable, Throttled, Denied, Rejected


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        *[(code, None, U) for code in (1, 2, 5000, 21009)],
        *[(code, None, T) for code in (4, 17, 32, 341, 613, 80000, 80003, 80004, 80014, 368)],
        *[(code, None, D) for code in (3, 10, 102, 190, 200, 250, 299, 803, 2635)],
        *[(190, subcode, D) for subcode in (458, 459, 460, 463, 467)],
        *[(100, subcode, D) for subcode in (33, 34)],
        (100, None, R),
        (100, 424242, R),
        *[
            (100, 2804000 + number, R)
            for number in (1, 3, 7, 9, 10, 16, 17, 19, 30, 36, 43, 48, 50, 63, 66, 72, 87, 116, 118, 132)
        ],
        *[(code, None, UnknownRefusal) for code in (5, 9, 99, 101, 300, 2500, 999999)],
        (None, None, UnknownRefusal),
    ],
)
def test_failure__goes_by_code_and_subcode(code: int | None, subcode: int | None, kind: type[TransportError]) -> None:
    error = graph_error(code=code, error_subcode=subcode, fbtrace_id="T")
    assert type(error) is kind
    assert (error.code, error.subcode, error.http_status, error.trace_id) == (code, subcode, 400, "T")


def test_failure__every_row_of_the_table_is_reached() -> None:
    for key, kind in KINDS.items():
        code, subcode = key if isinstance(key, tuple) else (key, None)
        assert type(graph_error(code=code, error_subcode=subcode)) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 100, "is_transient": True}, U),
        ({"code": 200, "is_transient": True}, U),
        ({"code": 4711, "is_transient": True}, U),
        ({"code": 4, "is_transient": True}, T),
        ({"code": 100, "error_subcode": 2804003, "is_transient": True}, R),
        ({"code": 100, "is_transient": "true"}, R),
    ],
)
def test_failure__transient_is_an_outage_unless_the_subcode_knows_better(
    error: dict[str, Any], kind: type[TransportError]
) -> None:
    assert type(graph_error(**error)) is kind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, {}, U),
        (503, {"error": {"code": 4711}}, U),
        (502, {"error": "bad gateway"}, U),
        (301, {}, U),
        (404, {}, U),
        (403, {"error": "proxy"}, U),
        (413, {}, U),
        (429, {}, T),
        (400, {"error": {"message": "x"}}, UnknownRefusal),
        (500, {"error": {"code": 190}}, D),
        (400, {"error": {"code": "190"}}, UnknownRefusal),
        (400, {"error": {"code": True}}, UnknownRefusal),
        (400, {"error": {"code": -1}}, UnknownRefusal),
    ],
)
def test_failure__without_a_known_code_the_status_decides(
    status: int, body: dict[str, Any], kind: type[TransportError]
) -> None:
    assert type(failure(Answer(status, {}, body))) is kind


@pytest.mark.parametrize("message", ["Too old", "Zu alt", "(#190) token", "rate limit reached"])
def test_failure__no_text_decides(message: str) -> None:
    assert type(graph_error(code=100, error_subcode=2804003, message=message)) is Rejected


USAGE = json.dumps(
    {"1": [{"type": "ads", "estimated_time_to_regain_access": 7}, {"estimated_time_to_regain_access": 19}]}
)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Retry-After": "120"}, timedelta(minutes=2)),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "9" * 40}, timedelta(days=1)),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)}, None),
        ({"X-Business-Use-Case-Usage": USAGE}, timedelta(minutes=19)),
        ({"Retry-After": "60", "X-Business-Use-Case-Usage": USAGE}, timedelta(minutes=19)),
        ({"X-Business-Use-Case-Usage": "{"}, None),
    ],
)
def test_failure__throttled_says_for_how_long(headers: dict[str, str], expected: timedelta | None) -> None:
    error = graph_error(code=4, headers=headers)
    assert isinstance(error, Throttled)
    assert error.retry_after == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, 0),
        ({"X-App-Usage": '{"call_count":28,"total_time":25,"total_cputime":81}'}, 81),
        ({"X-Business-Use-Case-Usage": '{"7":[{"type":"ads_management","call_count":93,"total_time":1}]}'}, 93),
        ({"X-Ad-Account-Usage": '{"acc_id_util_pct": 9.67}', "X-App-Usage": '{"call_count":4}'}, 9),
        ({"X-App-Usage": '{"call_count": 99999999}'}, 1000),
        ({"X-App-Usage": '{"call_count": 4000}'}, 1000),
        ({"X-App-Usage": "call_count: 99"}, 0),
    ],
)
def test_usage__is_the_highest_share_that_the_headers_tell(headers: dict[str, str], expected: int) -> None:
    assert usage(headers) == expected


def test_failure__retry_after_may_be_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    error = graph_error(code=4, headers={"Retry-After": at})
    assert isinstance(error, Throttled)
    assert error.retry_after is not None
    assert timedelta(minutes=58) < error.retry_after <= timedelta(hours=1)


def test_failure__a_policy_block_waits_a_day() -> None:
    error = graph_error(code=368, headers={"Retry-After": "5"})
    assert isinstance(error, Throttled)
    assert error.retry_after == timedelta(days=1)


@pytest.mark.parametrize("spelling", [TOKEN, "EAAB%20secret%2Ftoken%2B42", "EAAanotherOldTokenOfTheShop123"])
def test_failure__an_echoed_token_is_struck_out(spelling: str) -> None:
    assert str(graph_error(code=190, message=f"Malformed access token {spelling}!")) == (
        "Malformed access token [secret]!"
    )
