"""Limited Data Use: who is offered it, what they are told, and what Meta is asked for."""

import json

import pytest
from django.template import RequestContext, Template

from capi_tracking import consent
from capi_tracking.consent import Consent, ConsentState, limited
from capi_tracking.models import BrowserReceipt, OutboxEvent, SkipCount
from capi_tracking.relay import tokens
from capi_tracking.sandbox.rules import US_STATES
from capi_tracking.shortcuts import track_request
from tests.consent.conftest import view
from tests.sales import FBP

LDU = {
    "data_processing_options": ["LDU"],
    "data_processing_options_country": 1,
    "data_processing_options_state": 1000,
}
HERE = "tests.consent.test_limited"


def california(request):
    return "us-ca"


def bavaria(request):
    return "DE-BY"


def fails(request):
    raise RuntimeError("jo@shop.example")


def nonsense(request):
    return "<script>"


def nothing(request):
    return None


@pytest.mark.parametrize(
    ("region", "found"),
    [("california", "US-CA"), ("bavaria", "DE-BY"), ("fails", ""), ("nonsense", ""), ("nothing", ""), ("gone", "")],
)
def test_region_of__is_unknown_whatever_else_the_shops_callable_answers(capi, rf, caplog, region, found):
    capi(REGION=f"{HERE}.{region}")
    assert limited.region_of(rf.get("/")) == found
    assert "jo@shop.example" not in caplog.text
    assert ("RuntimeError" in caplog.text) is (region == "fails")


@pytest.mark.parametrize(("country", "state"), [("us", "ny"), ("us", ""), ("de", "ca"), ("", "ca")])
def test_options__are_none_where_meta_offers_no_limits(country, state):
    assert limited.options(country, state) == {}


def test_options__have_a_code_for_each_state_that_meta_lists_and_no_other():
    codes = [limited.options("us", state)["data_processing_options_state"] for state in limited.STATES]
    assert sorted(codes) == sorted(US_STATES - {0})  # 0 leaves it to Meta


def test_region_of__is_unknown_without_a_callable(rf):
    assert limited.region_of(rf.get("/")) == ""
    assert limited.code_for(rf.get("/")) == "0"


@pytest.mark.parametrize(
    ("state", "source", "expected"),
    [
        ("limited", "cookie", True),
        ("limited", "gpc", True),
        ("limited", "callable", False),
        ("denied", "cookie", False),
        ("unknown", "", False),
    ],
)
def test_may_tell__of_limited_where_it_is_on_offer_and_the_browser_knows_of_it(capi, rf, state, source, expected):
    capi(REGION=f"{HERE}.california")
    assert consent.may_tell(Consent(state, source=source), rf.get("/")) is expected


def test_may_tell__of_limited_nowhere_else(capi, rf):
    capi(REGION=f"{HERE}.bavaria")
    assert not consent.may_tell(Consent(ConsentState.LIMITED), rf.get("/"))


# -- the relay -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("region", "codes"), [("california", "1.1000"), ("bavaria", "0"), ("fails", "0")])
@pytest.mark.parametrize("said", [None, view()])
def test_beacon__of_a_limited_visitor_is_told_whether_it_is_on_offer(capi, beacon, region, codes, said):
    capi(REGION=f"{HERE}.{region}")
    cookie = beacon("limited", said).cookies["capi_ldu"]
    assert (cookie.value, cookie["max-age"], cookie["path"], cookie["samesite"]) == (codes, 86400, "/", "Lax")
    assert not cookie["httponly"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["", "granted", "denied"])
def test_beacon__of_all_others_sets_no_cookie_for_it(capi, beacon, state):
    capi(REGION=f"{HERE}.california")
    assert "capi_ldu" not in beacon(state, view()).cookies


@pytest.mark.django_db
def test_beacon__privacy_control_asks_for_limits_too(capi, beacon):
    capi(REGION=f"{HERE}.california")
    assert beacon("granted", view(), sec_gpc="1").cookies["capi_ldu"].value == "1.1000"
    assert payload().items() >= LDU.items()


@pytest.mark.django_db
def test_beacon__of_a_limited_californian_is_recorded_with_the_options_and_its_receipt(capi, beacon):
    capi(REGION=f"{HERE}.california")
    told = {"pixel": "default", "name": "PageView", "id": "0123456789abcdef", "state": "handed_over", "detail": ""}
    response = beacon("limited", view(receipts=[told], domain=""))
    assert payload().items() >= LDU.items()
    assert payload()["user_data"]["fbp"] == FBP
    row = OutboxEvent.objects.get()
    assert (row.status, row.consent_state) == ("pending", "limited")
    assert BrowserReceipt.objects.exists()
    assert response.cookies["_fbp"].value == FBP


@pytest.mark.django_db
def test_beacon__of_a_limited_visitor_elsewhere_is_counted_and_nothing_kept(capi, beacon):
    capi(REGION=f"{HERE}.bavaria")
    response = beacon("limited", view(domain=""))
    assert SkipCount.objects.get().reason == "consent_limited"
    assert not OutboxEvent.objects.exists()
    assert "_fbp" not in response.cookies


@pytest.mark.django_db
def test_beacon__what_the_shop_limits_is_told_off_since_the_browser_would_not_limit_it(capi, beacon):
    capi(REGION=f"{HERE}.california", CONSENT=f"{HERE}.says_limited")
    response = beacon("granted", view())
    assert "capi_ldu" not in response.cookies
    assert response.cookies["capi_off"].value == "1"
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_beacon__what_the_shop_refuses_a_limited_visitor_is_told_off_too(capi, beacon):
    capi(REGION=f"{HERE}.california", CONSENT=f"{HERE}.says_denied")
    assert beacon("limited", view()).cookies["capi_off"].value == "1"


@pytest.mark.django_db
def test_beacon__of_another_origin_stays_refused_since_no_cookie_of_ours_can_tell_it(capi, beacon):
    capi(REGION=f"{HERE}.california", ORIGINS=["https://front.example"])
    said = {"token": tokens.token("https://front.example"), "consent": "limited.1.1767225600", "fbp": FBP}
    response = beacon("", view(**said), origin="https://front.example", sec_fetch_site="cross-site")
    assert not response.cookies
    assert SkipCount.objects.get().reason == "consent_limited"
    assert not OutboxEvent.objects.exists()


def says_limited(request):
    return "limited"


def says_denied(request):
    return "denied"


# -- the other doors -------------------------------------------------------------------------------------------------


def visit(rf, state="limited"):
    headers = {"user-agent": "Safari", "sec-fetch-site": "same-origin"}
    return rf.get("/", headers=headers, HTTP_COOKIE=f"capi_consent={state}.1.1767225600; _fbp={FBP}")


@pytest.mark.django_db
def test_track_request__of_a_limited_californian_has_the_options(capi, rf):
    capi(REGION=f"{HERE}.california")
    assert track_request(visit(rf), "Contact")
    assert payload().items() >= LDU.items()


@pytest.mark.django_db
def test_track_request__of_a_limited_visitor_elsewhere_tells_nothing(capi, rf):
    capi(REGION=f"{HERE}.bavaria")
    assert track_request(visit(rf), "Contact") == ""
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("region", "is_known"), [("california", True), ("bavaria", False)])
def test_match__gives_a_limited_visitors_hashes_where_it_is_on_offer(capi, client, django_user_model, region, is_known):
    capi(REGION=f"{HERE}.{region}")
    client.force_login(django_user_model.objects.create_user("jo", email="jo@shop.example"))
    client.cookies["capi_consent"] = "limited.1.1767225600"
    response = client.get("/capi/match/", headers={"user-agent": "Safari", "sec-fetch-site": "same-origin"})
    assert ("em" in response.json()) is is_known


def noscript(request):
    return Template("{% load capi_tracking %}{% pixel_noscript %}").render(RequestContext(request))


@pytest.mark.parametrize(
    ("region", "state", "dpo"),
    [
        ("california", "limited", "dpo=LDU&amp;dpoco=1&amp;dpost=1000"),
        ("california", "granted", None),
        ("bavaria", "granted", None),
    ],
)
def test_noscript__says_the_limits_in_the_images_address(capi, rf, region, state, dpo):
    capi(REGION=f"{HERE}.{region}")
    html = noscript(visit(rf, state))
    assert dpo in html if dpo else "dpo" not in html and "<img" in html


def test_noscript__of_a_limited_visitor_elsewhere_renders_nothing(capi, rf):
    capi(REGION=f"{HERE}.bavaria")
    assert noscript(visit(rf)) == ""


def payload():
    return json.loads(OutboxEvent.objects.get().payload)
