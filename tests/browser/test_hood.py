"""The drawer "Under the hood" in a real Chromium, on the shop's own pages, under the demo's own policy."""

import time
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from capi_tracking.delivery import deliver_due
from capi_tracking.events import UserData
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent
from capi_tracking.sandbox import Sandbox
from demo_project.hood.hashing import KEYS
from demo_project.shop import catalogue
from demo_project.shop.models import Order
from tests import waiting
from tests.browser import pages
from tests.browser.drawer import SECONDS, Visit
from tests.browser.pages import alone, until
from tests.demo.buyers import BUYER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PIXEL = "1234567890"
TOKEN = "token-of-the-drawers-tests"
GRANTED, DENIED = (f"{state}.1.{int(time.time())}" for state in ("granted", "denied"))


@pytest.fixture
def sandbox(capi):
    with Sandbox(token=TOKEN, pixels=[PIXEL]) as running:
        capi(
            PIXELS={"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": TOKEN}},
            GRAPH_URL=running.url,
            PIXEL_SCRIPT_URL=f"{running.url}/fbevents.js",
            TRANSPORT="capi_tracking.transports.graph.GraphTransport",
        )
        yield running


@pytest.fixture(scope="module")
def demo(django_db_setup):
    """The demo's pages with the demo's policy."""
    room = ["tests.browser.drawer.OneAtATime", "demo_project.csp.ContentSecurityPolicy"]
    with override_settings(MIDDLEWARE=[*room, *django_settings.MIDDLEWARE]):
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


@pytest.fixture
def visit(browser, demo, transactional_db, sandbox):
    cache.clear()
    catalogue.seed()
    pages.is_open.set()
    contexts = []

    def visited(cookie="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        visitor = Visit(demo, sandbox, context)
        if cookie:
            visitor.answer(cookie)
        return visitor

    yield visited
    for context in contexts:
        context.clear_cookies()  # without consent nothing is sent while leaving
        context.close()
    with pages.one_at_a_time:
        pages.is_open.clear()
        cache.clear()


@pytest.fixture
def granted(visit):
    return visit(GRANTED)


# -- events ----------------------------------------------------------------------------------------------------------


def test_event__gets_its_browser_tick_and_then_its_server_tick(granted):
    granted.go(granted.product)
    expect(granted.tick("ViewContent", "browser")).to_have_attribute("data-state", "done")
    expect(granted.tick("ViewContent", "server")).to_have_attribute("data-state", "waiting")
    row = granted.deliver("ViewContent")
    expect(granted.tick("ViewContent", "server")).to_have_attribute("data-state", "done")
    expect(granted.line("ViewContent")).to_contain_text("Meta counts it once")
    expect(granted.line("ViewContent").locator("button")).to_have_text(row.event_id[:8])
    expect(granted.handle).to_contain_text("2 events")


def test_event__says_so_when_the_pixel_is_blocked_and_the_servers_copy_arrived(granted):
    granted.context.route("**/fbevents.js", lambda route: route.abort())
    granted.go(granted.product)
    expect(granted.tick("ViewContent", "browser")).to_have_attribute("data-state", "failed")
    granted.deliver("ViewContent")
    expect(granted.line("ViewContent")).to_contain_text("The server's reached Meta all the same")
    assert granted.sandbox.requests["pixel"] == 0


def test_event__of_a_form_that_left_the_page_is_shown_on_the_next_one(granted):
    granted.go(granted.product)
    granted.page.click("form.add button >> nth=0")
    granted.page.wait_for_url("**/cart/")
    granted.deliver("AddToCart")
    expect(granted.tick("AddToCart", "browser")).to_have_attribute("data-state", "done")
    expect(granted.tick("AddToCart", "server")).to_have_attribute("data-state", "done")
    expect(granted.hood.locator(".hood-page")).to_have_count(2)


def test_event__id_is_copied_whole(granted):
    granted.context.grant_permissions(["clipboard-read", "clipboard-write"])
    granted.go()
    granted.line("PageView").locator("button").click()
    expect(granted.line("PageView").locator("button")).to_have_text("copied")
    assert granted.page.evaluate("navigator.clipboard.readText()") == granted.row("PageView").event_id


def test_navigation__begins_a_new_page_and_keeps_the_drawer(granted):
    granted.go()
    granted.page.evaluate("window.stayed = true")
    granted.page.locator("main a[href^='/kites/']").first.click()
    granted.page.wait_for_url("**/kites/*/")
    expect(granted.hood.locator(".hood-path >> nth=0")).to_contain_text("/kites/")
    expect(granted.hood.locator(".hood-page >> nth=0")).to_contain_text("ViewContent")
    expect(granted.hood.locator(".hood-page >> nth=1")).not_to_contain_text("ViewContent")
    assert granted.page.evaluate("window.stayed"), "the navigation was boosted"
    expect(granted.handle).to_have_attribute("aria-expanded", "true")


def test_going_back__begins_a_page_with_the_view_that_it_fires(granted):
    granted.go()
    granted.page.locator("main a[href^='/kites/']").first.click()
    expect(granted.hood.locator(".hood-page >> nth=0")).to_contain_text("ViewContent")
    granted.page.go_back()
    expect(granted.hood.locator(".hood-page")).to_have_count(3)
    expect(granted.hood.locator(".hood-path >> nth=0 >> span")).to_have_text("/")
    expect(granted.hood.locator(".hood-page >> nth=0").locator(".hood-event")).to_have_count(1)
    expect(granted.hood.locator(".hood-page >> nth=1").locator(".hood-event")).to_have_count(2)


def test_page_from_memory__begins_anew(granted):
    granted.go()
    granted.page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(granted.hood.locator(".hood-page")).to_have_count(2)
    expect(granted.hood.locator(".hood-page >> nth=0").locator(".hood-event")).to_have_count(1)


def test_snapshot__that_is_put_back_is_drawn_again_and_obeys(granted):
    granted.go()
    granted.deliver("PageView")
    expect(granted.tick("PageView", "server")).to_have_attribute("data-state", "done")
    expect(granted.tick("PageView", "browser")).to_have_attribute("data-state", "done")
    saved = granted.page.evaluate(
        """() => {
            document.dispatchEvent(new CustomEvent('htmx:beforeHistorySave'));
            return document.body.innerHTML;
        }"""
    )
    assert "PageView</strong>" not in saved
    expect(granted.line("PageView")).to_be_visible()
    granted.page.evaluate(
        """saved => {
            document.body.innerHTML = saved;
            document.dispatchEvent(new CustomEvent('htmx:historyRestore'));
        }""",
        saved,
    )
    expect(granted.hood.locator(".hood-event")).to_have_count(1)
    granted.handle.click()
    expect(granted.handle).to_have_attribute("aria-expanded", "false")


def test_event__is_on_its_way_for_five_seconds_and_then_waits(granted):
    begun = timezone.now()
    granted.page.clock.set_fixed_time(begun)
    granted.go()
    granted.row("PageView")
    with granted.page.expect_response("**/hood/state/**"):
        pass
    expect(granted.tick("PageView", "server")).to_have_text("Server: on its way")
    granted.page.clock.set_fixed_time(begun + timedelta(seconds=6))
    expect(granted.tick("PageView", "server")).to_have_text("Server: waiting", timeout=SECONDS * 2000)


@pytest.mark.parametrize(("took", "told"), [(0.02, "sent at once"), (0.09, "sent at once"), (1.4, "sent in 1.4 s")])
def test_event__says_at_once_for_less_than_a_tenth_of_a_second(granted, took, told):
    granted.go()
    row = granted.row("PageView")
    sent_at = row.event_time + timedelta(seconds=took)
    alone(lambda: OutboxEvent.objects.filter(pk=row.pk).update(status="sent", sent_at=sent_at))
    expect(granted.tick("PageView", "server")).to_have_text(f"Server: {told}")


# -- orders ----------------------------------------------------------------------------------------------------------


def test_order__that_a_webhook_paid_shows_its_event_without_a_browsers_copy(granted, visitor):
    with visitor(), pages.one_at_a_time:
        order = Order.objects.create(**BUYER, status="pending", total=1)
    granted.go(order.get_absolute_url())
    expect(granted.line("PageView")).to_be_visible()
    with pages.one_at_a_time:
        order.status, order.paid_at = "paid", timezone.now()
        order.save()
    until(lambda: deliver_due("default") and OutboxEvent.objects.filter(event_name="Purchase", status="sent"), "sent")
    expect(granted.tick("Purchase", "server")).to_have_attribute("data-state", "done")
    expect(granted.tick("Purchase", "browser")).to_have_attribute("data-state", "none")


def test_order__of_a_visitor_who_refused_is_shown_as_skipped_with_the_reason(visit, visitor):
    refused = visit(DENIED)
    with visitor(DENIED), pages.one_at_a_time:
        order = Order.objects.create(**BUYER, status="paid", paid_at=timezone.now(), total=1)
    refused.go(order.get_absolute_url())
    expect(refused.line("Purchase")).to_contain_text("The visitor refused tracking, so nothing was sent.")


def test_order__that_nobody_pays_for_two_minutes_says_what_to_do(granted, visitor):
    with visitor(), pages.one_at_a_time:
        order = Order.objects.create(**BUYER, status="pending", total=1)
    granted.page.clock.install()
    granted.go(order.get_absolute_url(), is_open=False)
    listening, gave_up = granted.page.locator("[data-listening]"), granted.page.locator("[data-gave-up]")
    granted.page.clock.run_for(60_000)
    expect(listening).to_be_visible()
    waiting.until(lambda: granted.page.clock.run_for(2_000) or gave_up.is_visible(), "it gave up")
    expect(listening).to_be_hidden()
    asked = len(granted.to("/status/"))
    granted.page.clock.run_for(60_000)
    assert len(granted.to("/status/")) == asked
    gave_up.locator("text=look again").click()
    expect(granted.page.locator("[data-listening]")).to_be_visible()


# -- consent ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookie", "why"), [("", "no answer yet"), (DENIED, "the answer is no")], ids=["unknown", "denied"]
)
def test_consent__without_a_yes_the_drawer_shows_what_was_held_back(visit, cookie, why):
    quiet = visit(cookie)
    quiet.go(quiet.product)
    expect(quiet.hood).to_contain_text(f"2 events of this page were held back: {why}. PageView, ViewContent")
    expect(quiet.hood.locator("[data-hood-script]")).to_have_text("not loaded")
    expect(quiet.hood.locator("[data-hood-cookie='_fbp']")).to_have_text("absent")
    expect(quiet.hood.locator(".hood-event")).to_have_count(0)
    expect(quiet.handle).to_contain_text("2 held back")
    assert quiet.to(quiet.sandbox.url) == quiet.to("/capi/collect/") == quiet.to("/hood/state/") == []
    assert quiet.page.evaluate("Object.keys(sessionStorage).filter(name => name.startsWith('hood'))") == ["hood-open"]


def test_consent__a_yes_lets_go_what_was_held_back(visit):
    asked = visit()
    asked.go(asked.product)
    expect(asked.hood).to_contain_text("held back")
    asked.page.click('.consent [data-capi-consent="granted"]')
    expect(asked.hood.locator(".hood-event")).to_have_count(2)
    expect(asked.hood.locator(".hood-held")).to_be_hidden()
    expect(asked.hood.locator("[data-hood-script]")).to_have_text("loaded")
    expect(asked.hood.locator("[data-hood-cookie='_fbp']")).to_contain_text("fb.")


def test_consent__what_the_visitor_did_without_a_yes_counts_as_held_back_and_stays_so(visit):
    asked = visit()
    asked.go(asked.product)
    asked.page.evaluate(
        "document.querySelector('form.add').addEventListener('submit', event => event.preventDefault())"
    )
    asked.page.click("form.add button >> nth=0")
    expect(asked.hood.locator(".hood-held")).to_contain_text("PageView, ViewContent, AddToCart")
    asked.page.click('.consent [data-capi-consent="granted"]')
    expect(asked.hood.locator(".hood-held")).to_contain_text(
        "1 event of this page was held back: done before your yes."
    )


def test_consent__the_drawer_asks_the_shops_own_question_again(visit):
    refused = visit(DENIED)
    refused.go()
    expect(refused.page.locator(".consent")).to_be_hidden()
    refused.hood.locator("[data-open-consent]").click()
    expect(refused.page.locator(".consent button >> nth=0")).to_be_focused()


# -- hashing ---------------------------------------------------------------------------------------------------------


def test_hashing__shows_what_the_package_would_send(granted):
    granted.go(granted.product)
    granted.page.click("form.add button >> nth=0")
    granted.page.wait_for_url("**/cart/")
    typed = BUYER | {"phone": "0171 2345678", "email": "Kite@Example.ORG", "city": "Bad Zwischenahn"}
    for name in ("email", "phone", "first_name", "last_name", "city", "postal_code"):
        granted.page.fill(f'main [name="{name}"]', typed[name])
    user_data = UserData.of(**{name: typed[name] for name in KEYS})
    for name, key in KEYS.items():
        row = granted.hood.locator(f'.hood-row[data-field="{name}"]')
        expect(row.locator("[data-hood-hash]")).to_have_text(getattr(user_data, key)[0])
    expect(granted.hood.locator('[data-field="phone"] [data-hood-normal]')).to_have_text("491712345678")
    expect(granted.hood).to_contain_text("Nothing of this has left for Meta.")


def test_hashing__never_reads_a_password(granted):
    granted.go("/account/new/")
    granted.page.evaluate(
        """document.querySelector('main [name="email"]').insertAdjacentHTML('afterend',
            '<input name="diary" value="secret"><input name="phone" type="password" value="030 98765432">')"""
    )
    granted.page.fill('main [name="password"]', "hunter2-hunter2")
    granted.page.fill('main [name="email"]', "kite@example.org")
    expect(granted.hood.locator(".hood-row")).to_have_count(1)
    sent = [parse_qs(request.post_data) for request in granted.to("/hood/hashes/")]
    assert sent
    assert {name for body in sent for name in body} == {"email"}


def test_hashing__asks_nothing_while_the_drawer_is_closed_and_catches_up_when_it_opens(granted):
    granted.page.clock.install()
    granted.go("/account/new/", is_open=False)
    granted.page.fill('main [name="email"]', "kite@example.org")
    granted.page.clock.run_for(60_000)
    assert granted.to("/hood/hashes/") == []
    granted.handle.click()
    expect(granted.hood.locator(".hood-row")).to_have_count(1)


# -- manners ---------------------------------------------------------------------------------------------------------


def test_drawer__opens_and_closes_by_keyboard_and_keeps_the_focus(granted):
    granted.go(is_open=False)
    granted.handle.focus()
    granted.page.keyboard.press("Enter")
    expect(granted.handle).to_have_attribute("aria-expanded", "true")
    granted.page.keyboard.press("Tab")
    assert granted.page.evaluate("document.activeElement.closest('#hood-panel') !== null")
    granted.page.keyboard.press("Escape")
    expect(granted.handle).to_be_focused()
    expect(granted.hood.locator("#hood-panel")).to_be_hidden()


def test_drawer__that_escape_closes_leaves_the_focus_in_the_shop(granted):
    granted.go("/account/new/")
    granted.page.focus('main [name="email"]')
    granted.page.keyboard.press("Escape")
    expect(granted.hood.locator("#hood-panel")).to_be_hidden()
    expect(granted.page.locator('main [name="email"]')).to_be_focused()


def test_drawer__stays_open_over_a_reload_and_sets_no_cookie(granted):
    granted.go()
    granted.row("PageView")
    granted.page.reload()
    expect(granted.handle).to_have_attribute("aria-expanded", "true")
    ours = {"capi_consent", "_fbp", "_fbc", "csrftoken", "sessionid"}
    assert {cookie["name"] for cookie in granted.context.cookies()} <= ours


def test_drawer__works_where_storage_is_forbidden(granted):
    granted.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    granted.go("/account/new/")
    expect(granted.line("PageView")).to_be_visible()
    assert granted.complaints == []


def test_drawer__fires_nothing_itself(granted):
    granted.go(granted.product)
    expect(granted.tick("ViewContent", "browser")).to_have_attribute("data-state", "done")
    for button in granted.hood.locator("#hood-panel .hood-id").all():
        button.click()
    for _ in range(4):
        granted.handle.click()
    until(lambda: BrowserReceipt.objects.filter(state=BrowserState.HANDED_OVER).count() == 2, "both receipts came")
    fired = alone(lambda: sorted(OutboxEvent.objects.values_list("event_name", flat=True)))
    assert fired == ["PageView", "ViewContent"]
    assert sorted(hit["event_name"] for hit in granted.sandbox.events) == fired


def test_drawer__says_that_the_shop_does_not_answer_and_goes_on_when_it_does(granted):
    granted.context.route("**/hood/state/**", lambda route: route.fulfill(status=500, body="oh"))
    granted.go()
    expect(granted.hood.locator("[data-hood-trouble]")).to_be_visible()
    granted.context.unroute("**/hood/state/**")
    granted.deliver("PageView")
    expect(granted.tick("PageView", "server")).to_have_attribute("data-state", "done")
    expect(granted.hood.locator("[data-hood-trouble]")).to_be_hidden()


def test_drawer__only_counts_while_it_is_closed(granted):
    granted.page.clock.install()
    granted.go(is_open=False)
    granted.page.locator("main a[href^='/kites/']").first.click()
    expect(granted.handle).to_contain_text("2 events")
    granted.page.clock.run_for(60_000)
    assert granted.to(f"{granted.url}/hood/") == []


def test_drawer__stops_asking_once_all_is_settled(granted):
    granted.page.clock.install()
    granted.go()
    granted.deliver("PageView")
    expect(granted.tick("PageView", "server")).to_have_attribute("data-state", "done")
    expect(granted.tick("PageView", "browser")).to_have_attribute("data-state", "done")
    asked = len(granted.to("/hood/state/"))
    granted.page.clock.run_for(60_000)
    assert len(granted.to("/hood/state/")) == asked


def test_drawer__never_asks_for_more_than_twenty_events_at_once(granted):
    granted.go()
    granted.page.evaluate(
        """() => {
            for (let number = 1000; number < 1050; number += 1) {
                const detail = { pixel: 'default', name: 'Made', id: `made-up-${number}` };
                document.dispatchEvent(new CustomEvent('capi:sent', { detail }));
            }
        }"""
    )
    expect(granted.handle).to_contain_text("51 events")
    with granted.page.expect_response("**/hood/state/**") as answer:
        pass
    assert answer.value.status == 200
    assert len(answer.value.json()["events"]) == 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_drawer__pleases_axe_and_the_policy(visit, scheme, width):
    visitor = visit(GRANTED, color_scheme=scheme, viewport={"width": width, "height": 800})
    visitor.go("/account/new/")
    visitor.deliver("PageView")
    visitor.page.fill('main [name="email"]', "kite@example.org")
    expect(visitor.hood.locator(".hood-row")).to_have_count(1)
    expect(visitor.line("PageView")).to_contain_text("Meta counts it once")
    found = Axe().run(visitor.page, context={"include": [["#hood"]]}).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    panel = visitor.hood.locator("#hood-panel")
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth && panel.clientWidth <= innerWidth")
    assert visitor.complaints == []
