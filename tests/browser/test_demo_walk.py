"""Every page of the running demo, as somebody sees it: in light and dark, on a desk and on a phone."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib import admin
from django.urls import Resolver404, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import expect

from capi_tracking.sandbox.page.choice import SHOWN
from demo_project.shop.stock import ITEMS, SHELVES
from tests.browser.demo import GRANTED, Tab, fill, sign_in
from tests.demo.buyers import BUYER
from tests.waiting import until

pytestmark = pytest.mark.demo

PICTURES = os.environ.get("WALK_PICTURES", "")  # a folder for a picture of each look, for people to look at
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESK, PHONE)]
OPPOSITES = [("light", DESK), ("dark", PHONE)]  # enough where the same thing is seen on other pages too
BANNER = ".consent"
# Axe would copy the style sheets into the page, which the policy refuses; no rule that counts here needs them.
LOOK = "part => axe.run(part || document, {resultTypes: ['violations'], preload: false})"
GRAVE = ("serious", "critical")
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
# Django's own pages have faults of their own, such as links in their breadcrumbs that differ by colour alone, and a
# search field without a label. Ours is what stands in the content, but for the list's toolbar.
OUR_CONTENT = {"include": [["#content"]], "exclude": [["#toolbar"]]}
TRANSITIONS_END = """Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map((each) => each.finished))"""
ROOMS = ("shop", "people", "hood", "story")


class Place(NamedTuple):
    """A page: the name of its address, and the way there. ``wanted``: answers of 400 and more that belong to it."""

    name: str
    route: str
    reach: Callable[[Any], Any]
    role: str = "visitor"
    wanted: tuple[int, ...] = ()
    headings: int = 1


def at(path: str) -> Callable[[Any], Any]:
    return lambda page: page.goto(path)


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


def at_route(name: str) -> Callable[[Any], Any]:
    return lambda page: page.goto(reverse(name, urlconf="demo_project.urls"))


def whole_month(page) -> None:
    """The dashboard with the whole month on it."""
    page.goto(reverse("admin:capi_tracking_dashboard_changelist", urlconf="demo_project.urls") + "?period=28d")


def first_of(name: str, query: str) -> Callable[[Any], Any]:
    """The first row of a list in the admin."""

    def open_first(page) -> None:
        page.goto(reverse(name, urlconf="demo_project.urls") + query)
        page.locator("#result_list tbody th a").first.click()
        page.wait_for_url("**/change/**")

    return open_first


def admin_list(model: str, role: str = "admin") -> Place:
    name = f"admin:{model}_changelist"
    return Place(f"{role}, {model}", name, at_route(name), role)


def first_row(model: str, query: str = "") -> Place:
    reach = first_of(f"admin:{model}_changelist", query)
    return Place(f"admin, one {model} {query}".strip(), f"admin:{model}_change", reach, "admin")


DASHBOARD, INCIDENTS = "capi_tracking_dashboard", "story_incident"
EVENTS, PIXELS = "capi_tracking_outboxevent", "capi_tracking_pixel"
STAFF = [
    Place("admin, sign in", "admin:login", at("/admin/"), headings=0),  # Django's own
    Place("admin, index", "admin:index", at("/admin/"), "admin"),
    *[admin_list(model) for model in (DASHBOARD, INCIDENTS, EVENTS, PIXELS)],
    first_row(EVENTS, "?event=Purchase&status__exact=sent"),
    first_row(EVENTS, "?event=PageView"),
    first_row(PIXELS),
    Place("marketer, index", "admin:index", at("/admin/"), "marketer"),
    admin_list(DASHBOARD, "marketer"),
    Place("dashboard, 28 days", f"admin:{DASHBOARD}_changelist", whole_month, "admin"),
]
MODELS = sorted(f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry)
STOCK = [admin_list(model) for model in MODELS if model not in (DASHBOARD, INCIDENTS, EVENTS, PIXELS)]


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


class Walk:
    """One person's steps, and what is wrong where they lead."""

    def __init__(self, place: Place, context: Any) -> None:
        self.place, self.tab = place, Tab(context, place.wanted)
        self.page = self.tab.page
        self.faults: list[str] = []
        place.reach(self.page)
        self.page.evaluate(AXE_SCRIPT)
        self.check_frame()

    def check_frame(self) -> None:
        """Is it the right page, and does it have what a reader of screens and a search engine look for?"""
        if self.place.role != "sandbox":
            assert route_of(self.page.url) == self.place.route
        headings = self.page.locator("h1:visible").all_inner_texts()
        if len(headings) != self.place.headings:
            self.faults.append(f"headings: {headings}")
        self.faults += [] if self.page.title().strip() else ["no title"]
        self.faults += [] if self.page.locator("html").get_attribute("lang") else ["no language"]

    def look(self, scheme: str, size: dict[str, int], part: Any = None) -> None:
        """See the whole page, or a part of it, in these colours and at this size."""
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.evaluate(TRANSITIONS_END)
        found = self.page.evaluate(LOOK, part)
        here = f"{scheme}, {size['width']}"
        self.faults += [f"{here}: {fault}" for fault in grave(found)]
        if (width := self.page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            self.faults.append(f"{here}: {width} wide")
        self.picture(f"{here} {part if part == BANNER else ''}", is_whole=part != BANNER)

    def picture(self, look: str, *, is_whole: bool) -> None:
        if PICTURES:
            name = re.sub(r"\W+", "-", f"{self.place.role} {self.place.name} {look}").strip("-")
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=is_whole)

    def end(self) -> None:
        self.page.close()
        faults = self.faults + self.tab.complaints
        assert not faults, "\n".join(faults)


def grave(found: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:120]}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"][:3]
    ]


def route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path, urlconf="demo_project.urls").view_name
    except Resolver404:
        return ""


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
