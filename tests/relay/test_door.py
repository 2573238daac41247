"""The relay's door: the same answer whatever happens."""

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from capi_tracking.models import OutboxEvent

FBP = "fb.1.1767225600000.123456789"
FBC = "fb.1.1767225600000.Ab~C+dEf=="
GRANTED = "granted.1.1767225600"
HEADERS = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
VIEW = {"domain": "", "events": [{"pixel": "default", "name": "PageView", "id": "0123456789abcdef"}]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    cache.clear()
    strict = Client(enforce_csrf_checks=True)

    def posted(said, *, cookies=f"capi_consent={GRANTED}; _fbp={FBP}; _fbc={FBC}", secure=False, **headers):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        sent = HEADERS | ({"origin": "https://testserver"} if secure else {}) | headers
        return strict.post(
            reverse("capi_tracking:collect"), body, "text/plain", headers=sent, HTTP_COOKIE=cookies, secure=secure
        )

    yield posted
    cache.clear()


def is_plain(response):
    return (response.status_code, response.content, response.headers["Cache-Control"]) == (204, b"", "no-store")


def test_answer__to_a_good_beacon_is_empty_and_renews_both_cookies_unchanged(post):
    response = post(VIEW, secure=True)
    assert is_plain(response)
    assert OutboxEvent.objects.count() == 1
    for name, value in (("_fbp", FBP), ("_fbc", FBC)):
        text = response.cookies[name].OutputString()
        assert text.startswith(f"{name}={value};")
        assert response.cookies[name]["max-age"] == 90 * 24 * 3600
        assert (response.cookies[name]["samesite"], response.cookies[name]["secure"]) == ("Lax", True)
        assert not response.cookies[name]["httponly"]
        assert not response.cookies[name]["domain"]


def test_cookies__are_renewed_on_the_domain_that_the_script_used(post, settings):
    response = post({**VIEW, "domain": "shop.example"}, host="www.shop.example", origin="http://www.shop.example")
    assert response.cookies["_fbp"]["domain"] == "shop.example"
    assert not response.cookies["_fbp"]["secure"]


@pytest.mark.parametrize(
    ("said", "cookies"),
    [
        (VIEW, f"_fbp={FBP}"),
        (VIEW, f"capi_consent=denied.1.1; _fbp={FBP}"),
        (VIEW, f"capi_consent={GRANTED}; _fbp=fb.1.17.5; _fbc=<script>"),
        (VIEW, f"capi_consent={GRANTED}"),
        ({"events": VIEW["events"]}, f"capi_consent={GRANTED}; _fbp={FBP}"),
        ({**VIEW, "domain": "else.example"}, f"capi_consent={GRANTED}; _fbp={FBP}"),
    ],
)
def test_cookies__are_not_renewed_without_consent_form_or_place(post, said, cookies):
    response = post(said, cookies=cookies)
    assert is_plain(response)
    assert not response.cookies


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 30_000, b" " * (5 * 1024 * 1024), b"\xff", b'{"events":[{"id":"<script>alert(1)</script>"}]}'],
)
def test_answer__to_a_hostile_body_is_the_same(post, body):
    response = post(body)
    assert is_plain(response)
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "headers", [{"origin": "https://else.example"}, {"sec-purpose": "prefetch"}, {"user-agent": "x bot"}]
)
def test_answer__to_others_is_the_same(post, headers):
    response = post(VIEW, **headers)
    assert is_plain(response)
    assert not response.cookies
    assert not OutboxEvent.objects.exists()


def test_answer__is_the_same_when_we_fail(post, settings, capi, caplog):
    capi(TRUSTED_PROXIES=["no network"])
    assert is_plain(post(VIEW))
    assert "Tracking failed with ValueError" in caplog.text


@pytest.mark.filterwarnings("ignore:Method Not Allowed")
@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_collect__takes_post_alone(client, method):
    response = getattr(client, method)(reverse("capi_tracking:collect"))
    assert response.status_code == 405
