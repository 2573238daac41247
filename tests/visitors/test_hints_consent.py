"""What a browser is told where the shop's own ``CONSENT`` takes back what its visitor granted."""

import pytest
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.cache import SessionStore
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent, SkipCount
from capi_tracking.visitors import exclusions
from tests.visitors.browsing import GRANTED, beacon, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def denied(request):
    return "denied"


def limited(request):
    return "limited"


def granted(request):
    return "granted"


def failing(request):
    raise OSError


def asked_in_vain(request):
    pytest.fail("asked")


def page(rf, cookies, view=lambda request: None):
    request = rf.get("/", headers={"user-agent": "Safari"}, HTTP_COOKIE=cookies)
    request.session, request.user = SessionStore(), AnonymousUser()
    return TrackingMiddleware(lambda request: view(request) or HttpResponse())(request)


@pytest.mark.parametrize("rule", ["denied", "limited", "failing"])
def test_withheld_consent__silences_the_browser_too(capi, rule):
    capi(CONSENT=f"tests.visitors.test_hints_consent.{rule}")
    assert told(beacon()) == {"capi_off": "1"}
    assert not OutboxEvent.objects.exists()
    assert SkipCount.objects.count() == 1


def test_withheld_consent__is_told_on_an_answer_that_nobody_keeps(capi):
    capi(CONSENT="tests.visitors.test_hints_consent.denied")
    assert beacon().headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("rule", "cookies"), [("granted", GRANTED), ("denied", ""), ("denied", "capi_consent=denied.1.1")]
)
def test_consent_that_is_not_withheld__silences_nobody(capi, rule, cookies):
    capi(CONSENT=f"tests.visitors.test_hints_consent.{rule}")
    assert "capi_off" not in told(beacon(cookies=cookies))


def test_page__leaves_a_browser_silent_while_the_shop_withholds_it(rf, capi):
    capi(CONSENT="tests.visitors.test_hints_consent.denied")
    assert told(page(rf, f"{GRANTED}; capi_off=1")) == {}
    capi(CONSENT="tests.visitors.test_hints_consent.granted")
    assert told(page(rf, f"{GRANTED}; capi_off=1")) == {"capi_off": ""}


def test_page__of_a_browser_that_is_not_silent_asks_nothing_of_the_shop(rf, capi):
    capi(CONSENT="tests.visitors.test_hints_consent.asked_in_vain")
    assert told(page(rf, GRANTED)) == {}


def test_login__of_whom_the_shop_withholds_it_silences_both_sides(rf, capi):
    customer = User.objects.create_user("jo", email="jo@shop.example")
    capi(CONSENT="tests.visitors.test_hints_consent.denied")
    response = page(rf, GRANTED, lambda request: login(request, customer, "django.contrib.auth.backends.ModelBackend"))
    assert told(response) == {"capi_off": "1"}


@pytest.mark.parametrize("why", ["consent", "robot"])
def test_match__does_not_lift_what_the_relay_said(capi, monkeypatch, why):
    class Longer:
        def is_crawler(self, agent):
            return True

    if why == "consent":
        capi(CONSENT="tests.visitors.test_hints_consent.denied")
    else:
        monkeypatch.setattr(exclusions, "CrawlerDetect", Longer)
        exclusions._detector.cache_clear()
    asked = Client(headers={"sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0"})
    response = asked.get(reverse("capi_tracking:match"), HTTP_COOKIE=f"{GRANTED}; capi_off=1")
    exclusions._detector.cache_clear()
    assert response.json() == {}
    assert "capi_off" not in told(response)
