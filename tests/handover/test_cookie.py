"""The cookie that hands a half to the next page."""

import json
from base64 import urlsafe_b64encode

import pytest
from django.http import HttpResponse

from capi_tracking.handover.fitting import MAX_BYTES
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent
from capi_tracking.shortcuts import track_request
from tests.handover.telling import HTMX, answer, half, next_of, triggered

pytestmark = pytest.mark.django_db(transaction=True)


def encoded(halves):
    return urlsafe_b64encode(json.dumps(halves).encode()).decode().rstrip("=")


@pytest.mark.parametrize("is_secure", [True, False])
def test_cookie__is_for_scripts_of_this_site_and_a_minute(ask, is_secure):
    request = ask()
    request.is_secure = lambda: is_secure
    cookie = answer(request, ("Contact",)).cookies["capi_next"]
    assert (cookie["max-age"], cookie["path"], cookie["samesite"], cookie["domain"]) == (60, "/", "Lax", "")
    assert (bool(cookie["secure"]), cookie["httponly"]) == (is_secure, "")
    assert cookie.output(header="").strip().startswith(f"capi_next={cookie.value};")  # no quotes around it


def test_answer__is_stored_by_nobody(ask):
    for request in (ask(), ask(""), ask(**HTMX)):
        assert answer(request, ("Contact",)).headers["Cache-Control"] == "private, no-store"
        assert request._cache_update_cache is False


def test_thirty_events__fit_because_the_oldest_stay_away(ask):
    response = answer(ask(), *[("CompleteRegistration",)] * 30)
    assert OutboxEvent.objects.count() == 30
    halves = next_of(response)
    assert len(response.cookies["capi_next"].value) <= MAX_BYTES
    assert 15 < len(halves) < 30
    latest = OutboxEvent.objects.order_by("-pk").values_list("event_id", flat=True)[: len(halves)]
    assert [half["id"] for half in halves] == list(reversed(latest))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_long_data__is_left_out_before_an_event_is(ask, headers):
    def view(request):
        track_request(request, "Contact", content_name="ü" * 300)
        track_request(request, "Search", content_ids=[f"article-{n:040}" for n in range(100)], value=5, currency="EUR")
        track_request(request, "Lead", content_name="short")
        return HttpResponse()

    response = TrackingMiddleware(view)(ask(**headers))
    halves = triggered(response) if headers else next_of(response)
    assert [half["name"] for half in halves] == ["Contact", "Search", "Lead"]
    assert [half["data"] for half in halves] == [{"content_name": "ü" * 300}, {}, {"content_name": "short"}]
    assert len(json.loads(OutboxEvent.objects.get(event_name="Search").payload)["custom_data"]["content_ids"]) == 100


def test_chain_of_redirects__keeps_what_no_page_has_read(ask):
    request = ask(method="get", sec_fetch_mode="navigate")
    request.COOKIES["capi_next"] = encoded([half(), half(name="RingSize", custom=True)])
    halves = next_of(answer(request, ("Contact",)))
    assert [each["name"] for each in halves] == ["Lead", "RingSize", "Contact"]
    assert halves[:2] == [half(), half(name="RingSize", custom=True)]


@pytest.mark.parametrize("headers", [{"sec_fetch_mode": "cors"}, {"sec_fetch_mode": "same-origin"}, HTMX])
def test_script_request__leaves_to_the_page_beside_it_what_that_is_about_to_read(ask, headers):
    request = ask(**headers)
    request.COOKIES["capi_next"] = encoded([half()])
    assert [each["name"] for each in next_of(answer(request, ("Contact",)))] == ["Contact"]


@pytest.mark.parametrize(
    "text",
    [
        "x", "ü", "=", "A" * 4000, encoded([half(data={"a": "b" * 4000})]), "[", encoded({"a": 1}), encoded([1, None, []]), encoded([half(pixel="nobody")]),
        encoded([half(pixel=["default"])]), encoded([half(name="Purchase")]), encoded([half(name=5)]),
        encoded([half(id="short")]), encoded([half(id=7)]), encoded([half(data=[])]),
        encoded([half(data={"a": "\ud800"})]), urlsafe_b64encode(b"[" * 2000).decode(),
    ],
)  # fmt: skip
def test_cookie__that_we_did_not_write_is_passed_on_by_nobody(ask, text):
    request = ask()
    request.COOKIES["capi_next"] = text
    assert [each["name"] for each in next_of(answer(request, ("Contact",)))] == ["Contact"]


def test_request__that_tells_nothing_leaves_the_cookie_alone(ask):
    request = ask()
    request.COOKIES["capi_next"] = encoded([half()])
    assert not answer(request).cookies
