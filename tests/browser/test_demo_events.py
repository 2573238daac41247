"""What the running demo tells Meta of a visitor who walks through its rooms: each thing once, from both sides."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import expect

from demo_project.shop.stock import ITEMS
from tests.browser.demo import DENIED, GRANTED, Demo, Tab, fill
from tests.demo.buyers import BUYER
from tests.waiting import until

pytestmark = pytest.mark.demo

KITE = f"/kites/{ITEMS[0].slug}/"
PATIENCE_MS = 15_000
# Behind the shop's own listeners: what comes here, the browser would send.
STAY_AND_COUNT = """() => {
  window.left = 0;
  window.addEventListener("submit", (event) => {
    window.left += event.defaultPrevented ? 0 : 1;
    event.preventDefault();
  });
}"""
SEND = "form.people-form button[type=submit]"
PERSON = {"name": BUYER["first_name"], "email": "told@example.org"}


class Visitor:
    """Somebody who has answered, known to Meta by the ``_fbp`` of one browser alone."""

    def __init__(self, browser: Any, demo: Demo, answer: str) -> None:
        self.demo = demo
        self.context = browser.new_context(base_url=demo.url)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_cookies([{"name": "capi_consent", "value": answer, "url": demo.url}])
        self.tab = Tab(self.context)
        self.page = self.tab.page
        self.known: set[str] = set()

    def cookies(self) -> dict[str, str]:
        return {cookie["name"]: cookie["value"] for cookie in self.context.cookies()}

    def hits(self, channel: str) -> dict[str, str]:
        """Name by id of what that side told since the last time."""
        fbp = self.cookies().get("_fbp")
        return {
            hit["event_id"]: hit["event_name"]
            for hit in self.demo.received()["events"]
            if hit["channel"] == channel and hit["event_id"] not in self.known and fbp == fbp_of(hit)
        }

    def tells(self, *names: str) -> None:
        """Exactly these since the last time, each from both sides under one id."""
        told = until(lambda: self._both(len(names)), f"{names} arrived from both sides")
        assert sorted(told.values()) == sorted(names)
        self.known |= set(told)

    def _both(self, count: int) -> dict[str, str]:
        browser, server = self.hits("browser"), self.hits("server")
        return browser if browser == server and len(browser) >= count else {}

    def said_of(self, name: str) -> dict[str, Any]:
        """What the server told of that event besides who it was."""
        (payload,) = [
            hit["payload"]
            for hit in self.demo.received()["events"]
            if hit["channel"] == "server" and hit["event_id"] in self.known and hit["event_name"] == name
        ]
        return payload.get("custom_data", {})

    def leave(self) -> None:
        """Nothing came late, nothing stayed alone, nothing broke."""
        self.page.goto("/cart/")
        self.tells("PageView")
        alone = {event["event_id"] for event in self.demo.received()["unpaired"]}
        assert self.known & alone == set()
        assert self.tab.complaints == []
        self.context.close()


def fbp_of(hit: dict[str, Any]) -> str | None:
    """Of either side."""
    return hit["params"].get("fbp") if hit["channel"] == "browser" else hit["payload"]["user_data"].get("fbp")


@pytest.fixture
def come(browser, running_demo) -> Callable[..., Visitor]:
    return lambda answer=GRANTED: Visitor(browser, running_demo, answer)


@pytest.fixture
def visitor(come) -> Iterator[Visitor]:
    somebody = come()
    yield somebody
    somebody.leave()


def go(page, link: str, heading: str) -> None:
    page.click(link)
    expect(page.locator("h1")).to_contain_text(heading)


def test_navigation__by_swap_tells_each_page_once_whichever_room_it_is_in(visitor):
    page = visitor.page
    page.goto("/")
    visitor.tells("PageView")
    page.evaluate("window.sameDocument = true")
    go(page, ".rooms >> text=Wind guide", "Which kite")
    visitor.tells("PageView", "ViewContent")
    go(page, f'main a[href="{KITE}"]', ITEMS[0].title)
    visitor.tells("PageView", "ViewContent")
    go(page, ".foot >> text=Free trial", "weekend")
    visitor.tells("PageView")
    page.go_back()
    expect(page.locator("h1")).to_contain_text(ITEMS[0].title)
    visitor.tells("PageView", "ViewContent")
    page.go_forward()
    expect(page.locator("h1")).to_contain_text("weekend")
    visitor.tells("PageView")
    assert page.evaluate("window.sameDocument")


class Form(NamedTuple):
    """``failed``: what an answer with faults tells; a swap shows the same page again, a load is a view of it."""

    path: str
    answers: dict[str, str]
    event: str
    said: dict[str, Any]
    failed: tuple[str, ...] = ()


NEWSLETTER = Form("/newsletter/", {"email": PERSON["email"]}, "NewsletterSignup", {})
CONTACT = Form(
    "/contact/",
    PERSON | {"topic": "repair", "message": "A spar has snapped."},
    "Lead",
    {"content_name": "contact form"},
)
TRIAL = Form("/trial/", PERSON | {"wind": "steady"}, "StartTrial", {"value": 0, "currency": "EUR", "predicted_ltv": 15})
SIGN_UP = Form(
    "/account/new/",
    {"first_name": PERSON["name"], "email": PERSON["email"], "password": "42-metres-of-line"},
    "CompleteRegistration",
    {},
    failed=("PageView",),
)


def each(*forms: Form) -> Any:
    return pytest.mark.parametrize("form", forms, ids=[form.event for form in forms])


def send(page, form: Form) -> None:
    fill(page, form.answers)
    page.click(SEND)
    page.wait_for_url(lambda url: not url.endswith(form.path))


@each(NEWSLETTER, CONTACT, TRIAL, SIGN_UP)
def test_success__is_told_once_and_neither_a_failure_nor_a_reload_is(visitor, form):
    visitor.page.goto(form.path)
    visitor.tells("PageView")
    visitor.page.click(SEND)
    expect(visitor.page.locator("main .error").first).to_be_visible()
    send(visitor.page, form)
    visitor.tells(*form.failed, "PageView", form.event)
    assert visitor.said_of(form.event) == form.said
    visitor.page.reload()
    visitor.tells("PageView")


def test_guide__is_one_page_for_all_and_no_two_visitors_share_an_id(come):
    visitors = [come(), come()]
    pages = [visitor.context.request.get("/guide/") for visitor in visitors]
    assert pages[0].text() == pages[1].text()
    assert not any("set-cookie" in page.headers for page in pages)
    for visitor in visitors:
        visitor.page.goto("/guide/")
        visitor.tells("PageView", "ViewContent")
    assert visitors[0].known & visitors[1].known == set()
    for visitor in visitors:
        visitor.leave()


def test_visit__that_ends_with_a_sale_is_all_pairs(visitor):
    page = visitor.page
    page.goto(KITE)
    visitor.tells("PageView", "ViewContent")
    page.locator("form.add .buy button").click()
    page.wait_for_url("**/cart/")
    visitor.tells("AddToCart", "PageView", "InitiateCheckout")
    fill(page, BUYER)
    page.click('button[name="payment"][value="now"]')
    page.wait_for_url("**/order/*/")
    visitor.tells("PageView", "Purchase")
    page.reload()
    visitor.tells("PageView")


def test_double_click__on_the_forms_button_adds_once_and_is_told_once(visitor):
    page = visitor.page
    page.goto(KITE)
    visitor.tells("PageView", "ViewContent")
    page.locator("form.add .buy button").dblclick()
    page.wait_for_url("**/cart/")
    visitor.tells("AddToCart", "PageView", "InitiateCheckout")
    expect(page.locator(".line-form .qty")).to_have_value("1")
    page.locator(".line-do >> text=Remove").click()  # an empty cart begins no checkout when the visitor leaves
    expect(page.locator(".empty")).to_be_visible()


def test_button__works_again_on_a_page_that_comes_back_from_memory(visitor):
    page = visitor.page
    page.goto(KITE)
    page.evaluate(STAY_AND_COUNT)
    button = page.locator("form.add .buy button")
    button.dblclick()
    assert page.evaluate("window.left") == 1
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    button.click()
    assert page.evaluate("window.left") == 2
    visitor.tells("PageView", "ViewContent", "AddToCart", "PageView", "AddToCart")


@each(NEWSLETTER, CONTACT, TRIAL)
def test_refusal__keeps_everything_from_meta(come, running_demo, form):
    visitor = come(DENIED)
    before = asked_of_meta(running_demo)
    visitor.page.goto("/guide/")
    visitor.page.goto(form.path)
    send(visitor.page, form._replace(answers=form.answers | {"email": f"{form.event}@example.org"}))
    visitor.page.goto("/")
    expect(visitor.page.locator("[data-pieces]")).to_be_attached()
    assert [url for url in visitor.tab.asked if running_demo.sandbox in url or "/capi/" in url] == []
    assert asked_of_meta(running_demo) == before
    assert not {"_fbp", "_fbc"} & set(visitor.cookies())
    assert visitor.tab.complaints == []
    visitor.context.close()


def asked_of_meta(demo: Demo) -> list[int]:
    requests = demo.received()["requests"]
    return [requests[kind] for kind in ("pixel", "script")]
