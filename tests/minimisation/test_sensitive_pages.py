"""``SENSITIVE_PAGES``: neither side fires, and the address goes nowhere."""

import json

import pytest

from capi_tracking import relay
from capi_tracking.minimisation import clean_url, is_sensitive
from capi_tracking.models import CheckoutContext, OutboxEvent, SkipCount
from capi_tracking.orders import remember
from capi_tracking.shortcuts import track_request
from capi_tracking.tags import TAGS
from tests.relay.beacons import ask, events, island, receipt, view
from tests.tags.rendering import render

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PAGES = ["/health/*", "*/clinic/*", "/one/[x]?/"]


@pytest.fixture(autouse=True)
def _sensitive(capi):
    capi(SENSITIVE_PAGES=PAGES)


def skipped():
    return {(row.event_name, row.reason): row.count for row in SkipCount.objects.all()}


@pytest.mark.parametrize(
    "path", ["/health/", "/health/a/b", "/de/clinic/x", "/h%65alth/", "/health/%C3%A4", "/one/[x]?/"]
)
def test_is_sensitive__by_the_path_quoted_or_not(path):
    assert is_sensitive(path)


@pytest.mark.parametrize("path", ["/", "/health", "/shop/health/", "/clinic", "/one/x1/"])
def test_is_sensitive__is_no_other_page(path):
    assert not is_sensitive(path)


def test_clean_url__of_such_a_page_is_its_origin():
    assert clean_url("https://shop.example/health/test?utm_source=a") == "https://shop.example/"


@pytest.mark.parametrize(
    "tag",
    [
        "pixel_head", 'pixel_event "ViewContent" content_ids="sku-1"', 'pixel_on "AddToCart" content_ids="sku-1"',
        'pixel_item content_ids="sku-1"', "pixel_noscript", "pixel_purchase order",
    ],
)  # fmt: skip
def test_tags__render_nothing_there_but_with_debug_the_reason(rf, settings, tag):
    html = render("{% " + tag + " %}", rf.get("/health/test/"))
    assert html == ""
    settings.DEBUG = True
    assert "SENSITIVE_PAGES" in render("{% " + tag + " %}", rf.get("/health/test/"))


def test_tags__are_all_tried_here():
    assert {name for name, tag in TAGS.items() if tag.everywhere} == {"pixel_private"}
    assert len(TAGS) == 7


def test_pixel_private__keeps_its_referrer_from_the_next_page_there_too(rf):
    assert "referrer" in render("{% pixel_private %}", rf.get("/health/test/"))


@pytest.mark.parametrize("told", [{"url": "http://testserver/health/x?utm_source=a"}, {"url": ""}])
def test_relay__counts_and_takes_nothing(told):
    said = events(view(), island(), receipts=[receipt()]) | told
    answer = relay.receive(ask(said, referer="http://testserver/health/x" if not told["url"] else "http://testserver/"))
    assert skipped() == {("PageView", "sensitive_page"): 1, ("ViewContent", "sensitive_page"): 1}
    assert not OutboxEvent.objects.exists()
    assert (answer.domain, answer.is_off) == (None, None)


def test_relay__of_the_next_page_does_not_say_where_it_came_from():
    relay.receive(ask(events(view(), url="http://testserver/cart/", referrer="http://testserver/health/x")))
    sent = json.loads(OutboxEvent.objects.get().payload)
    assert (sent["event_source_url"], sent["referrer_url"]) == ("http://testserver/cart/", "http://testserver/")


@pytest.fixture
def visit(rf):
    def make(path="/join/", method="post", **headers):
        headers = {"user-agent": "Safari", **{name.replace("_", "-"): text for name, text in headers.items()}}
        request = getattr(rf, method)(path, REMOTE_ADDR="8.8.8.8", headers=headers)
        request.COOKIES.update({"capi_consent": "granted.1.1767225600", "_fbp": "fb.1.1700000000000.1234567890"})
        return request

    return make


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/health/join/"},
        {"path": "/health/test/", "method": "get"},
        {"referer": "http://testserver/health/x"},
        {"hx_request": "true", "hx_current_url": "http://testserver/health/x", "method": "get"},
    ],
)
def test_track_request__tells_nothing(visit, asked):
    assert track_request(visit(**asked), "Lead") == ""
    assert skipped() == {("Lead", "sensitive_page"): 1}
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"method": "get", "path": "/thanks/", "referer": "http://testserver/health/x"},
        {"referer": "https://else.example/health/x"},
        {"referer": "http://[broken/health/x"},
    ],
)
def test_track_request__tells_of_other_pages_and_not_where_they_were_come_from(visit, asked):
    assert track_request(visit(**asked), "Lead")
    assert "health" not in OutboxEvent.objects.get().payload


def test_checkout__keeps_the_origin_alone(visit):
    remember(visit("/health/checkout/", referer="http://testserver/health/x"))
    row = CheckoutContext.objects.get()
    assert (row.url, row.referrer) == ("http://testserver/", "http://testserver/")
