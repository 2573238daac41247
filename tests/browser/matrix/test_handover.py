"""What a view tells, what scripts tell, and who is told nothing of it."""

import json

import pytest

from capi_tracking.events import UserData

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def value_of(hit, row):
    """The value that both copies carry."""
    values = {float(hit["params"]["cd[value]"]), json.loads(row.payload)["custom_data"]["value"]}
    assert len(values) == 1, values
    return values.pop()


# -- from a view -------------------------------------------------------------------------------------------------------


def test_track_request__hands_the_browsers_half_to_the_page_behind_a_redirect(granted):
    granted.go("/bare/register/")
    granted.settled("PageView")
    granted.page.click("#send")
    granted.page.wait_for_selector("h1:text-is('Plain')")
    granted.settled("PageView", "PageView", "CompleteRegistration")
    assert value_of(granted.hit("CompleteRegistration"), granted.row("CompleteRegistration")) == 3.5
    assert "capi_next" not in granted.cookies()
    granted.page.reload()
    granted.settled("PageView", "PageView", "PageView", "CompleteRegistration")


@pytest.mark.parametrize("dress", ["htmx2", "htmx4", "turbo"])
def test_track_request__hands_it_to_a_page_that_a_library_swaps_in_behind_a_redirect(granted, dress):
    granted.go(f"/{dress}/register/")
    granted.settled("PageView")
    granted.page.evaluate("window.isSame = true")
    granted.page.click("#send")
    granted.page.wait_for_selector("h1:text-is('Plain')")
    granted.settled("PageView", "PageView", "CompleteRegistration")
    assert granted.page.evaluate("window.isSame")
    pages = {hit["params"]["dl"] for hit in granted.hits("PageView")}
    assert pages == {f"{granted.url}/{dress}/register/", f"{granted.url}/{dress}/plain/"}


@pytest.mark.parametrize("dress", ["htmx2", "htmx4"])
def test_track_request__hands_it_to_a_page_that_stays_by_an_event_of_htmx(granted, dress):
    granted.go(f"/{dress}/register/")
    granted.settled("PageView")
    granted.page.click("#register")
    granted.settled("PageView", "CompleteRegistration")
    assert value_of(granted.hit("CompleteRegistration"), granted.row("CompleteRegistration")) == 3.5
    assert "capi_next" not in granted.cookies()


def test_track_request__hands_over_nothing_without_consent(shop):
    shop.go("/bare/register/")
    shop.page.click("#send")
    shop.page.wait_for_selector("h1:text-is('Plain')")
    assert shop.is_quiet()
    assert shop.cookies() == {}


# -- from a script -----------------------------------------------------------------------------------------------------


def test_item__pairs_with_the_chosen_quantity_and_the_value_that_follows_from_it(granted):
    granted.go("/bare/item/")
    token = granted.page.get_attribute("#buy", "data-item")
    event_id = granted.page.evaluate("item => capi.track('AddToCart', {item, quantity: 3})", token)
    assert granted.settled("PageView", "AddToCart")["AddToCart"] == [event_id]
    hit, row = granted.hit("AddToCart"), granted.row("AddToCart")
    assert value_of(hit, row) == 28.5
    (content,) = json.loads(row.payload)["custom_data"]["contents"]
    assert json.loads(hit["params"]["cd[contents]"]) == [content]
    assert content["quantity"] == 3


def test_unsigned_event__carries_no_value_on_either_side(granted):
    granted.go("/bare/plain/")
    data = {"content_name": "Kites", "value": 99, "currency": "EUR"}
    event_id = granted.page.evaluate("data => capi.track('Search', data, {eventId: 'own-id-12345'})", data)
    assert event_id == "own-id-12345"
    assert granted.settled("PageView", "Search")["Search"] == [event_id]
    assert json.loads(granted.row("Search").payload)["custom_data"] == {"content_name": "Kites"}
    params = granted.hit("Search")["params"]
    assert {name: text for name, text in params.items() if name.startswith("cd[")} == {"cd[content_name]": "Kites"}


# -- who is it ---------------------------------------------------------------------------------------------------------


def test_logged_in__both_copies_carry_the_same_hashes(granted, log_in):
    person = log_in(granted, email="jo@shop.example", first_name="Jo")
    granted.context.add_cookies([{"name": "capi_in", "value": "1", "url": granted.url}])
    granted.go("/bare/product/")
    granted.settled("PageView", "ViewContent")
    known = UserData.of(email="jo@shop.example", first_name="Jo", external_id=str(person.pk)).as_payload()
    for name in ("PageView", "ViewContent"):
        params, user_data = granted.hit(name)["params"], json.loads(granted.row(name).payload)["user_data"]
        for key in ("em", "fn", "external_id"):
            assert [params[f"ud[{key}]"]] == user_data[key] == known[key]


def test_staff__fire_on_neither_side(granted, log_in):
    log_in(granted, email="jo@shop.example", is_staff=True)
    granted.context.add_cookies([{"name": "capi_off", "value": "1", "url": granted.url}])
    granted.go("/bare/product/")
    granted.page.evaluate("capi.track('Search'); fbq('track', 'Lead')")
    granted.page.reload()
    assert granted.is_quiet()


def test_excluded_address__fires_on_neither_side(granted, capi):
    capi(EXCLUDED_ADDRESSES=["127.0.0.0/8", "::1/128"])
    granted.go("/bare/product/")
    granted.page.reload()
    assert granted.is_quiet()
    assert granted.cookies()["capi_off"]["value"] == "1"


def test_relay_only__loads_no_script_of_metas_and_the_server_has_all(granted, capi):
    capi(BROWSER="relay_only")
    granted.go("/bare/product/")
    granted.settled(alone_at_home=["PageView", "ViewContent"])
    assert not [request.url for request in granted.asked if request.url.startswith(granted.sandbox.url)]
    assert granted.page.evaluate("typeof window.fbq") == "undefined"
    assert not any(beacon["receipts"] for beacon in granted.beacons())


# -- secret addresses, other origins -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dress", ["htmx2", "htmx4", "turbo"])
def test_private_page__that_a_boosted_link_leads_to_keeps_its_address_from_meta(granted, dress):
    granted.go(f"/{dress}/plain/")
    granted.settled("PageView")
    granted.page.evaluate("document.querySelector('#product').setAttribute('href', '/private/s3cret-address/')")
    granted.page.evaluate("window.htmx && htmx.process(document.body)")
    granted.page.click("#product")
    granted.page.wait_for_selector("h1:text-is('Product')")
    assert granted.page.url.endswith("/private/s3cret-address/")
    assert granted.row("ViewContent")
    assert len(granted.sandbox.events) == 1, "that of the page before"


def test_private_page__reaches_the_server_without_its_address_and_meta_not_at_all(granted):
    granted.go("/private/s3cret-address/")
    granted.settled(alone_at_home=["PageView", "ViewContent"])
    granted.page.evaluate("capi.track('Search'); fbq('track', 'Lead')")
    granted.page.evaluate("location.href = '/bare/plain/'")
    granted.page.wait_for_selector("h1:text-is('Plain')")
    granted.settled("PageView", alone_at_home=["PageView", "ViewContent", "Search"])
    told = [request.url + (request.post_data or "") for request in granted.asked[1:]]
    assert not [text for text in told if "s3cret" in text]
    assert json.loads(granted.row("ViewContent").payload)["event_source_url"] == granted.url + "/"


def test_headless_shop__pairs_on_the_pages_of_its_front_end(open_shop, capi, live_server):
    port = live_server.url.rpartition(":")[2]
    front = f"http://localhost:{port}"
    capi(ORIGINS=[front])
    visitor = open_shop(front)
    visitor.grant()
    visitor.go("/front/")
    visitor.page.evaluate("capi.track('Search', {search_string: 'kite'})")
    visitor.settled("PageView", "Search")
    collected = {request.url for request in visitor.asked if "collect" in request.url}
    assert collected == {f"http://127.0.0.1:{port}/capi/collect/"}
    row = visitor.row("PageView")
    assert json.loads(row.payload)["event_source_url"] == f"{front}/front/"
    assert json.loads(row.payload)["user_data"]["fbp"] == visitor.cookies()["_fbp"]["value"]
