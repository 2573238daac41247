"""Who it is and whether anything fires at all: cookies, hashes of who is logged in, pages with secret addresses."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.browser.pages import alone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MATCH = "**/capi/match/"
PRIVATE = '<meta name="capi-private"><meta name="referrer" content="origin"><title>'


def log_in(shop):
    """A customer with an address, whose browser knows that there is somebody."""
    client = Client()
    alone(lambda: client.force_login(get_user_model().objects.create(username="jo", email="jo@shop.example")))
    for name, value in {"sessionid": client.cookies["sessionid"].value, "capi_in": "1"}.items():
        shop.context.add_cookies([{"name": name, "value": value, "url": shop.url}])


def test_logged_in__both_copies_carry_the_same_hashes_from_the_first_event_on(granted):
    log_in(granted)
    granted.go("/shop/product/")
    for name in ("PageView", "ViewContent"):
        hit, row = granted.paired(name)
        sent = json.loads(row.payload)["user_data"]
        assert len(sent["em"][0]) == 64
        assert {key: hit["params"].get(f"ud[{key}]") for key in ("em", "external_id")} == {
            key: sent[key][0] for key in ("em", "external_id")
        }
    assert sum(request.url.endswith("/capi/match/") for request in granted.asked) == 1


def test_sale__of_somebody_logged_in_carries_the_buyers_hashes(granted):
    log_in(granted)
    granted.context.route(MATCH, lambda route: route.fulfill(json={"em": "0" * 64, "fn": "1" * 64}))
    granted.go("/buy/")
    hit, row = granted.paired("Purchase")
    assert hit["params"]["ud[em]"] == json.loads(row.payload)["user_data"]["em"][0] != "0" * 64
    assert hit["params"]["ud[fn]"] == "1" * 64


@pytest.mark.parametrize("name", [MATCH, "**/capi-visitor.js"])
def test_who_does_not_answer__holds_the_events_back_for_a_second_and_no_longer(granted, name):
    log_in(granted)
    granted.context.route(name, lambda route: None)
    granted.go()
    granted.paired("PageView")
    spans = (
        "performance.getEntriesByType('resource').filter(one => one.name.includes('/tr/')).map(one => one.startTime)"
    )
    assert granted.page.evaluate(spans)[0] >= 1000


def test_visitor_whose_cookies_are_known__is_not_kept_waiting(granted):
    granted.go()
    granted.paired("PageView")
    before = len(granted.asked)
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    assert not any("capi-" in request.url or "match" in request.url for request in granted.asked[before:])


def test_off__fires_on_neither_side_from_the_moment_it_is_told(granted):
    granted.context.route("**/capi/collect/", lambda route: route.fulfill(status=204))  # else it tells the contrary
    granted.go("/shop/product/")
    granted.hit("ViewContent")
    before = len(granted.asked)
    granted.page.evaluate("document.cookie = 'capi_off=1; path=/'")
    granted.page.click("#wish b")
    granted.page.evaluate("fbq('track', 'Contact'); history.pushState({}, '', '/shop/elsewhere/')")
    assert granted.page.evaluate("capi.track('Contact')") == ""
    granted.page.wait_for_timeout(100)
    assert granted.asked[before:] == []


def test_dead_clock__writes_cookies_that_count_and_are_not_written_again(granted):
    granted.page.add_init_script("Date.now = () => 9e11")
    granted.go("/shop/plain/?fbclid=AbC")
    hit, _ = granted.paired("PageView")
    first = {name: granted.cookies()[name]["value"] for name in ("_fbp", "_fbc")}
    assert {value.split(".")[2] for value in first.values()} == {"1000000000000"}
    granted.page.reload()
    granted.until(lambda: len(granted.hits("PageView")) == 2, "the second view arrived")
    assert {name: granted.cookies()[name]["value"] for name in first} == first
    assert hit["params"]["fbp"] == first["_fbp"]


def test_newer_click__of_two_cookies_under_one_name_counts(open_shop, live_server):
    shop = open_shop(live_server.url.replace("localhost", "www.shop.localhost"))
    values = {"www.shop.localhost": "fb.2.1767225600000.old", ".shop.localhost": "fb.1.1767225600001.new"}
    for domain, value in values.items():
        shop.context.add_cookies([{"name": "_fbc", "value": value, "domain": domain, "path": "/"}])
    shop.go("/shop/plain/?fbclid=new")
    shop.page.click("#yes")
    shop.paired("PageView")
    found = {cookie["value"] for cookie in shop.context.cookies() if cookie["name"] == "_fbc"}
    assert found == {"fb.1.1767225600001.new"}, "the click is known, and the pixel finds no other"


# -- pages with secret addresses -------------------------------------------------------------------------------------


@pytest.fixture
def secret(granted):
    """The product's page with what ``pixel_private`` renders."""

    def whisper(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<title>", PRIVATE))

    granted.context.route("**/shop/product/*", whisper)
    return granted


def test_private_page__tells_meta_nothing_and_our_server_no_path(secret):
    secret.go("/shop/product/?q=s3cret")
    rows = [secret.row("PageView"), secret.row("ViewContent")]
    assert {json.loads(row.payload)["event_source_url"] for row in rows} == {secret.url + "/"}
    secret.page.evaluate("capi.track('Contact'); fbq('track', 'Search'); fbq('init', '99')")
    assert secret.row("Contact")
    assert not any(request.url.startswith(secret.sandbox.url) for request in secret.asked)
    assert not any(beacon["receipts"] for beacon in secret.beacons())
    assert not any("s3cret" in request.post_data for request in secret.asked if request.post_data)


def test_page_after_a_private_one__names_the_origin_alone(secret):
    secret.go("/shop/product/?q=s3cret")
    secret.row("ViewContent")
    secret.page.evaluate("location.href = '/shop/next/'")
    secret.page.wait_for_url("**/shop/next/")
    hit = secret.hit("PageView")
    assert hit["params"]["rl"] == secret.url + "/"
    assert "s3cret" not in json.dumps(secret.beacons())
