"""The whole path, as a person walks it: the demo is started by its command, Chromium buys, the sandbox is Meta."""

import json
import re
import signal
import sqlite3
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.browser import demo as running
from tests.waiting import until

pytestmark = pytest.mark.demo
OUTAGE_SECONDS = 60
TOKEN = "canary-token-7f3a91"
BUYER = {
    "email": "Canary.Buyer@mail.example",
    "phone": "030 98765432",
    "first_name": "Canaria",
    "last_name": "Birdsong",
    "street": "Seagull Road 5",
    "postal_code": "10115",
    "city": "Berlin",
}
PLAIN = ["canary.buyer@mail.example", "98765432", "canaria", "birdsong", TOKEN]


class Demo(running.Demo):
    """The running demo, what its sandbox may be told, and what its database holds."""

    def __enter__(self) -> "Demo":
        super().__enter__()
        ((self.told_until,),) = self.rows("SELECT COALESCE(MAX(id), 0) FROM capi_tracking_outboxevent")
        return self

    def switch(self, name: str, on: bool) -> None:
        body = json.dumps({"name": name, "on": on}).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.sandbox}/sandbox/switch", data=body, headers=headers)
        urllib.request.urlopen(request, timeout=10).close()

    def copies(self, name: str, channel: str) -> list[dict[str, Any]]:
        found = self.received()["events"]
        return [event for event in found if event["event_name"] == name and event["channel"] == channel]

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self.folder / "shop.sqlite3", timeout=20)) as database:
            return database.execute(query).fetchall()

    def outbox(self, wanted: str, columns: str = "event_name, status, reason") -> list[tuple]:
        """Rows that came after the days that the demo tells."""
        return self.rows(f"SELECT {columns} FROM capi_tracking_outboxevent WHERE id > {self.told_until} AND {wanted}")

    def unsettled(self) -> list[tuple]:
        return self.outbox("status NOT IN ('sent', 'skipped')")


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("demo"), env={"META_ACCESS_TOKEN": TOKEN}) as started:
        yield started
        started.signal(signal.SIGINT)
        assert started.end() == 0, started.output


@pytest.fixture
def visitor(browser, demo):
    """A fresh visitor who came through one proxy, from a public address, by an ad."""
    context = browser.new_context(extra_http_headers={"X-Forwarded-For": "8.8.8.8"}, base_url=demo.url)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/?fbclid=AbC-dEf_123&email=leak%40mail.example")
    page.click('.consent [data-capi-consent="granted"]')
    yield page
    context.close()


def fill_checkout(page) -> None:
    for name, value in BUYER.items():
        page.fill(f'[name="{name}"]', value)


def put_into_cart(page, demo: Demo) -> None:
    page.goto("/")
    page.locator(".card a").first.click()
    page.wait_for_url("**/kites/*/")
    page.click("form.add .buy button")
    page.wait_for_url("**/cart/")


def buy(page, demo: Demo, payment: str = "now") -> str:
    put_into_cart(page, demo)
    fill_checkout(page)
    page.click(f'button[name="payment"][value="{payment}"]')
    page.wait_for_url("**/order/*/")
    return re.search(r"G-[0-9A-Z]{8}", page.inner_text("main")).group()


def look_again(page, demo: Demo) -> None:
    """And stay until the pixel has counted the page: whoever leaves before, leaves no browser's copy."""
    before = len(demo.copies("PageView", "browser"))
    page.reload()
    until(lambda: len(demo.copies("PageView", "browser")) > before, "the pixel counted the page")


def purchase_of(demo: Demo, number: str) -> list[dict[str, Any]]:
    """The server copies of that order."""
    return [
        event
        for event in demo.copies("Purchase", "server")
        if event["payload"]["custom_data"].get("order_id") == number
    ]


def ids(events: list[dict[str, Any]]) -> list[str]:
    return sorted(event["event_id"] for event in events)


def test_sale__every_copy_finds_its_pair_and_the_purchase_is_counted_once(visitor, demo):
    number = buy(visitor, demo)
    until(lambda: demo.copies("Purchase", "browser"), "the browser's Purchase arrived")
    for _ in range(3):
        look_again(visitor, demo)
    until(lambda: purchase_of(demo, number), "the server's Purchase arrived")
    until(lambda: not demo.unsettled(), "everything was sent")

    (sale,) = purchase_of(demo, number)
    assert ids(demo.copies("Purchase", "browser")) == [sale["event_id"]], "one browser copy, over three reloads"
    assert sale["payload"]["custom_data"]["contents"][0]["quantity"] == 1
    assert sale["payload"]["custom_data"]["num_items"] == 1
    user = sale["payload"]["user_data"]
    assert user["client_ip_address"] == "8.8.8.8"
    assert user["fbc"].endswith(".AbC-dEf_123")
    assert {"em", "ph", "fn", "ln", "fbp", "client_user_agent"} <= set(user)
    for name in ("PageView", "ViewContent", "AddToCart", "InitiateCheckout"):
        assert ids(demo.copies(name, "browser")) == ids(demo.copies(name, "server")), name
        assert demo.copies(name, "browser"), name
    assert demo.received()["unpaired"] == []
    assert demo.received()["refusals"] == []
    assert {event["token_in"] for event in demo.copies("Purchase", "server")} == {"body"}


def test_sale__no_secret_of_the_address_reaches_meta(visitor, demo):
    until(lambda: demo.copies("PageView", "browser"), "a PageView arrived")
    assert "leak" not in json.dumps(demo.received())


def test_sale__paid_by_webhook_carries_the_buyers_browser_from_checkout(visitor, demo):
    number = buy(visitor, demo, payment="later")
    fbp = next(cookie["value"] for cookie in visitor.context.cookies() if cookie["name"] == "_fbp")
    agent = visitor.evaluate("navigator.userAgent")
    visitor.goto("about:blank")  # the buyer leaves before the bank answers
    until(lambda: purchase_of(demo, number), "the webhook's Purchase arrived")
    (sale,) = purchase_of(demo, number)
    user = sale["payload"]["user_data"]
    assert (user["fbp"], user["client_ip_address"], user["client_user_agent"]) == (fbp, "8.8.8.8", agent)
    assert sale["event_id"] not in ids(demo.copies("Purchase", "browser"))


def test_sale__the_admin_shows_the_pair(visitor, demo):
    number = buy(visitor, demo)
    (sale,) = until(lambda: purchase_of(demo, number), "the server's Purchase arrived")
    until(lambda: demo.outbox("browser_at IS NOT NULL"), "a receipt")
    visitor.goto("/admin/login/?next=/admin/capi_tracking/outboxevent/")
    visitor.fill('[name="username"]', "admin")
    visitor.fill('[name="password"]', "admin")
    visitor.click('[type="submit"]')
    visitor.goto(f"/admin/capi_tracking/outboxevent/?q={sale['event_id']}")
    visitor.click("#result_list tbody a >> nth=0")
    assert "paired" in visitor.inner_text("#content").lower()
    visitor.goto("/admin/capi_tracking/dashboard/")
    assert "Orders" in visitor.inner_text("#content")


HEAR = """document.addEventListener("capi:sent", (event) => {
  sessionStorage.heard = [sessionStorage.heard, event.detail.name].filter(Boolean).join(" ");
});"""


class Fired:
    """The names of the events that the pages handed over, across loads; and what the browser complained about."""

    def __init__(self, page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.context.add_init_script(HEAR)

    def names(self) -> list[str]:
        return self.page.evaluate("sessionStorage.heard || ''").split()

    def sees(self, *names: str) -> None:
        """Exactly these have fired since the last time."""
        until(lambda: len(self.names()) >= len(names), f"{names} fired")
        assert sorted(self.names()) == sorted(names)
        self.page.evaluate("sessionStorage.heard = ''")


@pytest.fixture
def fired(visitor) -> Iterator[Fired]:
    heard = Fired(visitor)
    visitor.goto("/")
    heard.sees("PageView")
    yield heard
    assert heard.complaints == []


@pytest.mark.parametrize("way", ["form", "fetch", "htmx"])
def test_cart__each_way_puts_the_chosen_variant_in_and_fires_one_event_that_pairs(visitor, demo, fired, way):
    before = {event["event_id"] for event in demo.copies("AddToCart", "browser")}
    visitor.goto("/kites/pelican/")
    visitor.check('[value="GL-310-M"]')
    assert "109.00" in visitor.inner_text(".big-price")
    visitor.click({"form": ".ways button", "fetch": "[data-way=fetch]", "htmx": "[data-way=htmx]"}[way])
    until(lambda: visitor.locator("[data-pieces]").inner_text() == "1", "the header counts it")
    assert visitor.url.endswith("/cart/" if way == "form" else "/kites/pelican/")
    (new,) = until(
        lambda: [event for event in demo.copies("AddToCart", "server") if event["event_id"] not in before],
        "the server's copy arrived",
    )
    assert new["payload"]["custom_data"]["contents"][0]["id"] == "GL-310-M"
    assert new["event_id"] in ids(demo.copies("AddToCart", "browser"))
    assert fired.names().count("AddToCart") == 1


def test_cart__a_form_that_is_sent_before_the_token_came_waits_for_it(visitor, demo, fired):
    visitor.context.clear_cookies(name="csrftoken")
    requests = []
    visitor.route(
        "**/header/", lambda route: route.continue_() if requests else requests.append(route) or route.abort()
    )
    visitor.goto("/kites/pelican/")
    # Playwright hands requests to their route only while it is asked something
    until(lambda: visitor.evaluate("true") and requests, "the header was asked for in vain")
    fired.sees("PageView", "ViewContent")
    visitor.click("form.add .buy button")
    visitor.wait_for_url("**/cart/")
    fired.sees("AddToCart", "PageView", "InitiateCheckout")
    fired.complaints.clear()  # of the request that was refused


def test_navigation__by_swap_counts_each_page_once_and_goes_back_and_forth(visitor, demo, fired):
    visitor.evaluate("window.sameDocument = true")

    visitor.click(".shelves a >> nth=1")
    visitor.wait_for_url("**/c/no-sticks/")
    fired.sees("PageView")
    visitor.click("text=Pelican")
    visitor.wait_for_url("**/kites/pelican/")
    fired.sees("PageView", "ViewContent")
    visitor.go_back()
    visitor.wait_for_selector("h1:text('No sticks')")
    fired.sees("PageView")
    visitor.go_forward()
    visitor.wait_for_selector("h1:text('Pelican')")
    fired.sees("PageView", "ViewContent")
    visitor.fill("#find", "bamboo")
    visitor.press("#find", "Enter")
    visitor.wait_for_url("**/search/?q=bamboo")
    fired.sees("PageView", "Search")
    assert visitor.title().startswith("bamboo")
    assert visitor.evaluate("window.sameDocument")
    visitor.reload()
    fired.sees("PageView", "Search")
    assert visitor.locator(".card").count() == 2


def test_cart__a_changed_quantity_swaps_the_till_and_begins_no_second_checkout(visitor, demo, fired):
    put_into_cart(visitor, demo)
    fired.sees("PageView", "PageView", "ViewContent", "AddToCart", "PageView", "InitiateCheckout")
    visitor.fill('[name="email"]', "half@mail.example")
    visitor.fill(".qty", "3")
    visitor.press(".qty", "Tab")
    until(lambda: visitor.locator("[data-pieces]").inner_text() == "3", "the header counts it")
    assert visitor.input_value('[name="email"]') == "half@mail.example"
    assert visitor.inner_text(".sum dd") in visitor.inner_text('[value="now"]')
    visitor.click("text=Remove")
    visitor.wait_for_selector("text=Nothing in it yet")
    assert fired.names() == []


def asked_of_meta(demo: Demo) -> tuple[int, int]:
    requests = demo.received()["requests"]
    return requests["pixel"], requests["script"]


def test_sale__before_consent_and_after_a_refusal_nothing_leaves(browser, demo):
    context = browser.new_context(base_url=demo.url)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = asked_of_meta(demo)
    page.goto("/")
    page.locator(".card a").first.click()
    page.wait_for_url("**/kites/*/")
    page.click('.consent [data-capi-consent="denied"]')
    page.click("form.add .buy button")
    page.wait_for_url("**/cart/")
    fill_checkout(page)
    page.click('button[name="payment"][value="now"]')
    page.wait_for_url("**/order/*/")
    kept = {cookie["name"] for cookie in context.cookies()}
    context.close()
    assert [url for url in asked if demo.sandbox in url] == []
    assert asked_of_meta(demo) == before
    assert kept <= {"capi_consent", "sessionid", "csrftoken"}
    (reason,) = demo.outbox("status = 'skipped'", "reason")
    assert reason == ("consent_denied",)


def page_seconds(page) -> float:
    """The median time of the shop's own answer to five requests of a page."""
    timing = "performance.getEntriesByType('navigation')[0]"
    times = []
    for _ in range(5):
        page.goto("/cart/")
        times.append(page.evaluate(f"{timing}.responseEnd - {timing}.requestStart"))
    return statistics.median(times)


def test_sale__survives_an_outage_and_the_shop_loses_nothing(visitor, demo, record_property):
    put_into_cart(visitor, demo)
    usual = page_seconds(visitor)
    demo.switch("down", True)
    began = time.monotonic()
    numbers = [buy(visitor, demo), buy(visitor, demo)]
    put_into_cart(visitor, demo)
    during = page_seconds(visitor)
    until(lambda: time.monotonic() - began > OUTAGE_SECONDS, "a minute without Meta", OUTAGE_SECONDS + 5)
    demo.switch("down", False)
    until(lambda: not demo.unsettled(), "everything was delivered after all", 120)
    assert all(len(purchase_of(demo, number)) == 1 for number in numbers)
    assert not demo.outbox("status IN ('dead', 'expired')")
    record_property("cart page, ms, with Meta and without", f"{usual:.0f} and {during:.0f}")


def test_sale__what_the_run_left_behind_holds_no_plain_customer_and_no_token(demo):
    tables = [
        name
        for (name,) in demo.rows("SELECT name FROM sqlite_master WHERE name LIKE 'capi_tracking_%' AND type = 'table'")
    ]
    assert len(tables) >= 6
    stored = repr([demo.rows(f'SELECT * FROM "{table}"') for table in tables]).lower()
    files = [
        path for folder in ("logs", "broker", "tmp") for path in (demo.folder / folder).rglob("*") if path.is_file()
    ]
    assert files
    written = "".join(path.read_text(errors="replace").lower() for path in files)
    assert [word for word in PLAIN if word in stored] == []
    assert [word for word in PLAIN if word in written] == []
