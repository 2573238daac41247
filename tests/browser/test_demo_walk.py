"""Every page of the running demo, as somebody sees it: in light and dark, on a desk and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver
from playwright.sync_api import expect

from capi_tracking.sandbox.page.choice import SHOWN
from demo_project.shop.stock import ITEMS, SHELVES
from tests.browser.demo import GRANTED, fill, sign_in
from tests.browser.staff import STAFF, STOCK
from tests.browser.walking import BANNER, LOOKS, OPPOSITES, OUR_CONTENT, PHONE, Place, Walk, at
from tests.demo.buyers import BUYER
from tests.waiting import until

pytestmark = pytest.mark.demo

KITE = f"/kites/{ITEMS[0].slug}/"
PASSWORD = "a-long-line-of-42-metres"
PATIENCE_MS = 15_000

# What no person opens: parts of a page, answers to scripts, addresses that are posted to.
NOT_PAGES = {
    "shop:header",
    "shop:line",
    "shop:order_status",
    "shop:webhook",
    "people:sign_out",
    "hood:state",
    "hood:hashes",
}
ROOMS = ("shop", "people", "hood", "story")


def full_cart(page) -> None:
    page.goto(KITE)
    page.locator("form.add .buy button").click()
    page.wait_for_url("**/cart/")


def ordered(payment: str) -> Callable[[Any], Any]:
    def order(page) -> None:
        full_cart(page)
        fill(page, BUYER)
        page.click(f'button[name="payment"][value="{payment}"]')
        page.wait_for_url("**/order/*/")

    return order


def faulty_checkout(page) -> None:
    full_cart(page)
    fill(page, {"email": "nowhere", "phone": "12"})
    page.click('button[name="payment"][value="now"]')
    expect(page.locator(".address .error").first).to_be_visible()


def faulty(path: str) -> Callable[[Any], Any]:
    """The form of a page, sent as it is."""

    def send(page) -> None:
        page.goto(path)
        page.locator("form.people-form button[type=submit]").click()
        expect(page.locator("main .error").first).to_be_visible()

    return send


def without_token(page) -> None:
    """What the header brings late would set the cookie anew."""
    with page.expect_response("**/header/"):
        page.goto("/account/new/")
    page.context.clear_cookies(name="csrftoken")
    page.locator("form.people-form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Please send that again.")


def without_cookies(page) -> None:
    """The header brings no token."""
    page.route("**/header/", lambda route: route.fulfill(body=""))
    page.goto(KITE)
    page.locator("form.add .buy button").click()
    expect(page.locator("h1")).to_have_text("Please send that again.")


def small_cart(page) -> None:
    page.goto(KITE)
    page.click("[data-way=htmx]")
    expect(page.locator("#small-cart")).not_to_be_empty()


def hood_open(path: str) -> Callable[[Any], Any]:
    def open_hood(page) -> None:
        page.goto(path)
        page.click("[data-hood-toggle]")
        expect(page.locator("#hood-panel")).to_be_visible()

    return open_hood


def hood_at_checkout(page) -> None:
    full_cart(page)
    page.click("[data-hood-toggle]")
    fill(page, BUYER)
    expect(page.locator(".hood-row").first).to_be_visible()


def thanked(path: str, answers: dict[str, str]) -> Callable[[Any], Any]:
    def send(page) -> None:
        page.goto(path)
        fill(page, answers)
        page.locator("form.people-form button[type=submit]").click()
        page.wait_for_url("**/thanks/")

    return send


PERSON = {"name": BUYER["first_name"], "email": BUYER["email"]}
QUESTION = PERSON | {"topic": "repair", "message": "A spar has snapped."}
TRIAL = PERSON | {"wind": "steady"}

SHOP = [
    Place("front", "shop:products", at("/")),
    *[Place(f"shelf {shelf.slug}", "shop:category", at(f"/c/{shelf.slug}/")) for shelf in SHELVES],
    Place("search, found", "shop:search", at("/search/?q=kite")),
    Place("search, nothing", "shop:search", at("/search/?q=submarine")),
    Place("product", "shop:product", at(KITE)),
    Place("product, small cart", "shop:product", small_cart),
    Place("add without scripts", "shop:add", at(f"{KITE}add/")),
    Place("guide", "shop:guide", at("/guide/")),
    Place("cart, empty", "shop:cart", at("/cart/")),
    Place("cart, full", "shop:cart", full_cart),
    Place("checkout, errors", "shop:cart", faulty_checkout),
    Place("order, waiting", "shop:order", ordered("later")),
    Place("order, thanks", "shop:order", ordered("now")),
    Place("no such kite", "shop:product", at("/kites/no-such-kite/"), wanted=(404,)),
    Place("no such page", "", at("/no-such-page/"), wanted=(404,)),
    Place("no token", "people:sign_up", without_token, wanted=(403,)),
    Place("no cookies", "shop:add", without_cookies, wanted=(403,)),
    Place("sign up", "people:sign_up", at("/account/new/")),
    Place("sign up, errors", "people:sign_up", faulty("/account/new/")),
    Place("sign in", "people:sign_in", at("/account/sign-in/")),
    Place("sign in, errors", "people:sign_in", faulty("/account/sign-in/")),
    Place("account", "people:account", at("/account/"), "customer"),
    Place("newsletter", "people:newsletter", at("/newsletter/")),
    Place("newsletter, errors", "people:newsletter", faulty("/newsletter/")),
    Place("newsletter, thanks", "people:newsletter_thanks", thanked("/newsletter/", {"email": PERSON["email"]})),
    Place("contact", "people:contact", at("/contact/")),
    Place("contact, errors", "people:contact", faulty("/contact/")),
    Place("contact, thanks", "people:contact_thanks", thanked("/contact/", QUESTION)),
    Place("trial", "people:trial", at("/trial/")),
    Place("trial, errors", "people:trial", faulty("/trial/")),
    Place("trial, thanks", "people:trial_thanks", thanked("/trial/", TRIAL)),
    Place("ad choices", "capi_tracking:choices", at("/capi/choices/")),
    Place("told to Meta", "capi_tracking:about_me", at("/capi/about-me/"), "customer"),
    Place("hood, front", "shop:products", hood_open("/")),
    Place("hood, product", "shop:product", hood_open(KITE)),
    Place("hood, checkout", "shop:cart", hood_at_checkout),
]

SANDBOX = [Place(f"sandbox, {show}", "", at(f"/?show={show}"), "sandbox") for show in SHOWN]


def each(places: list[Place]) -> Any:
    return pytest.mark.parametrize("place", places, ids=[place.name for place in places])


@pytest.fixture(scope="module")
def roles(browser, running_demo):
    """A browser context for each kind of visitor, signed in."""
    contexts = {}
    for role in ("visitor", "customer", "admin", "marketer", "sandbox"):
        base = running_demo.sandbox if role == "sandbox" else running_demo.url
        contexts[role] = browser.new_context(base_url=base, reduced_motion="reduce")
        contexts[role].set_default_timeout(PATIENCE_MS)
    become_customer(contexts["customer"])
    for name in ("admin", "marketer"):
        sign_in(contexts[name], name)
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module")
def busy_sandbox(browser, running_demo):
    """One that has something to show: a visit from both sides, and a refusal."""
    context = browser.new_context(base_url=running_demo.url)
    context.add_cookies([{"name": "capi_consent", "value": GRANTED, "url": running_demo.url}])
    full_cart(context.new_page())
    until(lambda: running_demo.received()["pairs"], "a pair arrived")
    context.request.post(f"{running_demo.sandbox}/v26.0/1000000000000001/events", data={"data": []})
    context.close()


def become_customer(context) -> None:
    page = context.new_page()
    page.goto("/account/new/")
    fill(page, {"first_name": BUYER["first_name"], "email": "customer@example.org", "password": PASSWORD})
    page.locator("form.people-form button[type=submit]").click()
    page.wait_for_url("**/account/")
    page.close()


def forget(context: Any, role: str) -> None:
    """The visitor comes for the first time; a customer stays signed in, but has not answered."""
    context.clear_cookies(name=re.compile("^(capi|_fb)" if role == "customer" else ""))


@each(SHOP)
def test_shop__is_sound_before_and_after_the_answer(roles, place):
    """First asked, where only the banner is new, then with a yes, for all of the page."""
    forget(roles[place.role], place.role)
    walk = Walk(place, roles[place.role])
    banner = walk.page.locator(BANNER)
    expect(banner).to_be_visible()
    for look in OPPOSITES:
        walk.look(*look, part=BANNER)
    banner.locator('[data-capi-consent="granted"]').click()
    expect(banner).to_be_hidden()
    for look in LOOKS:
        walk.look(*look)
    walk.end()


def test_shop__sells_without_scripts(browser, running_demo):
    context = browser.new_context(base_url=running_demo.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(KITE)
    hint, button = page.locator("form.add .no-scripts"), page.locator("form.add .buy button")
    assert hint.bounding_box()["y"] < button.bounding_box()["y"]
    button.click()
    expect(page.locator("h1")).to_have_text("Please send that again.")
    page.click("text=Add it there")
    page.locator("form.add .buy button").click()
    fill(page, BUYER)
    page.click('button[name="payment"][value="now"]')
    expect(page.locator("h1:visible")).to_have_text("Thank you. It is yours.")
    context.close()


@each(STAFF)
def test_admin__is_sound(roles, place):
    walk = Walk(place, roles[place.role])
    for look in LOOKS:
        walk.look(*look, part=OUR_CONTENT)
    walk.end()


@each(STOCK)
def test_stock_admin__is_sound(roles, place):
    """Lists that are Django's but for some columns: once each."""
    walk = Walk(place, roles[place.role])
    walk.look("light", PHONE, part=OUR_CONTENT)
    walk.end()


@each(SANDBOX)
def test_sandbox__is_sound(roles, place, busy_sandbox):
    walk = Walk(place, roles[place.role])
    for look in LOOKS if place == SANDBOX[0] else OPPOSITES:
        walk.look(*look)
    walk.end()


def routes(patterns: Any, space: str = "") -> set[str]:
    """The names of all addresses below."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= routes(pattern.url_patterns, pattern.namespace or space)
        else:
            found.add(f"{space}:{pattern.name}")
    return found


def test_walk__leaves_out_no_page_of_the_demo():
    known = {name for name in routes(get_resolver("demo_project.urls").url_patterns) if name.split(":")[0] in ROOMS}
    walked = {place.route for place in SHOP}
    assert known - walked - NOT_PAGES == set(), "these are in no walk, nor known as no pages"
    assert known - walked >= NOT_PAGES, "these are pages, or are gone"
