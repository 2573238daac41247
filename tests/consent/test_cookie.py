"""The visitor's answer."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from capi_tracking import consent
from capi_tracking.consent import Consent, ConsentState

AT = "1767225600"


def says_denied(request):
    return "denied"


def says_granted(request):
    return "granted"


def says_limited(request):
    return "limited"


def says_nonsense(request):
    return "perhaps"


def fails(request):
    raise RuntimeError("jo@shop.example")


@pytest.mark.parametrize("state", ConsentState.values)
def test_from_cookie__reads_state_policy_and_time(state):
    found = consent.from_cookie(f"{state}.1.{AT}")
    assert found == Consent(state, policy="1", source="cookie", at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "granted", "granted.1", "granted.1.2.3", "yes.1.5", "GRANTED.1.5", "granted.2.5", "..", "." * 5000]
)
def test_from_cookie__anything_else_is_unknown(text):
    assert consent.from_cookie(text) == Consent()


def test_from_cookie__a_time_to_come_is_now():
    assert consent.from_cookie("granted.1.9999999999").at <= timezone.now()


@pytest.mark.parametrize("seconds", ["", "-5", "1e3", "9" * 30, "\u0661\u0662"])
@pytest.mark.parametrize("state", ["granted", "denied"])
def test_from_cookie__without_a_time_nobody_knows_whether_it_counts_any_more(state, seconds):
    assert consent.from_cookie(f"{state}.1.{seconds}") == Consent()


@pytest.mark.parametrize("state", ["granted", "limited", "denied"])
def test_from_cookie__is_unknown_when_it_is_older_than_consent_days(capi, state):
    capi(CONSENT_DAYS=180)
    now = timezone.now().timestamp()
    a_day = timedelta(days=1).total_seconds()
    assert consent.from_cookie(f"{state}.1.{int(now - 179 * a_day)}").state == state
    assert consent.from_cookie(f"{state}.1.{int(now - 180 * a_day)}") == Consent()


def test_from_cookie__is_too_old_on_the_second(capi):
    capi(CONSENT_DAYS=180)
    end = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=180)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert consent.from_cookie(f"granted.1.{AT}").state == "granted"
    with time_machine.travel(end, tick=False):
        assert consent.from_cookie(f"granted.1.{AT}") == Consent()


def test_decide__notes_that_a_visitor_without_an_answer_sent_privacy_control():
    assert consent.decide("", gpc=True) == Consent(source="gpc")
    assert consent.decide("") == Consent()


@pytest.mark.parametrize(
    ("state", "result"), [("granted", "limited"), ("limited", "limited"), ("denied", "denied"), ("unknown", "unknown")]
)
def test_decide__privacy_control_only_tightens(state, result):
    assert consent.decide(f"{state}.1.{AT}", gpc=True).state == result


@pytest.mark.parametrize(
    ("rule", "cookie", "result"),
    [
        ("says_denied", "granted", "denied"),
        ("says_granted", "denied", "denied"),
        ("says_granted", "granted", "granted"),
    ],
)
def test_decide__the_shops_rule_only_tightens(capi, rule, cookie, result):
    capi(CONSENT=f"tests.consent.test_cookie.{rule}")
    assert consent.decide(f"{cookie}.1.{AT}", request=object()).state == result


@pytest.mark.parametrize("rule", ["fails", "says_nonsense", "is_nowhere"])
def test_decide__a_rule_that_fails_grants_nothing_and_raises_nothing(capi, caplog, rule):
    capi(CONSENT=f"tests.consent.test_cookie.{rule}")
    ruled = consent.decide(f"granted.1.{AT}", request=object())
    assert (ruled.state, ruled.source) == ("unknown", "callable_failed")
    assert consent.decide(f"denied.1.{AT}", request=object()).state == "denied"
    assert "Tracking failed" in caplog.text
    assert "jo@shop.example" not in caplog.text


@pytest.mark.parametrize("state", ["declined", "GRANTED", "", None])
def test_consent__of_no_known_state_can_not_be_made(state):
    with pytest.raises(ValueError, match="ConsentState"):
        Consent(state)


def test_vouched__is_the_callers_word_of_now():
    given = consent.vouched()
    assert (given.state, given.policy, given.source) == ("granted", "caller", "caller")
    assert timezone.now() - given.at < timedelta(seconds=5)


def test_tightened__keeps_the_proof_of_the_first_answer():
    granted = consent.from_cookie(f"granted.1.{AT}")
    assert granted.tightened("denied", "callable").at == granted.at


def test_tightened__to_what_it_is_keeps_where_it_came_from():
    limited = Consent("limited", source="cookie")
    assert limited.tightened("limited", "callable") == limited
    assert consent.decide(f"limited.1.{AT}", gpc=True).source == "cookie"


@pytest.mark.parametrize(
    ("rule", "cookie", "gpc", "expected"),
    [
        ("says_denied", "granted", False, True),
        ("says_granted", "granted", False, False),
        ("says_denied", "denied", False, False),
        ("says_denied", "granted", True, True),
        ("says_limited", "granted", False, True),
        ("says_limited", "granted", True, False),
        ("", "granted", False, False),
        ("", "denied", False, False),
    ],
)
def test_is_withheld__where_the_shops_rule_takes_back_what_a_browser_may_take_for_granted(
    capi, rf, rule, cookie, gpc, expected
):
    capi(CONSENT=f"tests.consent.test_cookie.{rule}" if rule else None, REGION="tests.consent.test_limited.california")
    assert consent.is_withheld(f"{cookie}.1.{AT}", gpc=gpc, request=rf.get("/")) is expected


def test_is_withheld__nothing_where_privacy_control_leaves_nothing_to_take_back(capi, rf):
    capi(CONSENT="tests.consent.test_cookie.says_denied", REGION="tests.consent.test_limited.bavaria")
    assert not consent.is_withheld(f"granted.1.{AT}", gpc=True, request=rf.get("/"))
