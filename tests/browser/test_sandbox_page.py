"""The sandbox's page in a real Chromium: it can be read everywhere, by everybody, and does not move while one reads."""

import time

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from capi_tracking.sandbox import Sandbox
from tests.sandbox.conftest import PIXEL, good_event

pytestmark = pytest.mark.browser

HOSTILE = '</script><img src=x onerror="document.title=`taken`">'
LONG = "ALongCustomNameWithoutAnyGap" * 10


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def arrive(sandbox):
    """Sends a pair of that name and id, or one copy of it."""
    with requests.Session() as http:
        http.trust_env = False

        def send(name="ViewContent", event_id="id-1", *, browser=True, server=True, **changes):
            if browser:
                params = {"id": PIXEL, "ev": name, "eid": event_id, "cd[value]": "12.50"}
                http.get(f"{sandbox.url}/tr/", params=params, timeout=5)
            if server:
                event = good_event(time.time(), event_name=name, event_id=event_id, **changes)
                body = {"data": [event], "access_token": sandbox.token}
                http.post(f"{sandbox.url}/v26.0/{PIXEL}/events", json=body, timeout=5)

        yield send


@pytest.fixture
def evening(arrive):
    """Something of everything, the ugly too."""
    arrive()
    arrive("PageView", "left", server=False)
    arrive("Lead", "right", browser=False)
    arrive("Purchase", "refused", browser=False)
    arrive(HOSTILE, HOSTILE, custom_data={HOSTILE: HOSTILE})
    arrive(LONG, LONG, server=False)


@pytest.fixture
def visit(browser, sandbox):
    """Opens the page; whatever it complains of fails the test."""
    contexts, complaints = [], []

    def open_page(*, scheme="light", width=1280, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(sandbox.url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_the_page__pleases_axe_and_fits_the_screen(visit, sandbox, request, scheme, width, is_empty):
    if not is_empty:
        request.getfixturevalue("evening")
        sandbox.switch("slow")
    page = visit(scheme=scheme, width=width)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_arrived__runs_no_script_and_loads_nothing(visit, evening, sandbox):
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page).to_have_title("Sandbox: what Meta would see")
    assert set(asked) <= {f"{sandbox.url}/", f"{sandbox.url}/sandbox/page.css", f"{sandbox.url}/sandbox/page.js"}


def test_news__are_told_and_move_nothing(visit, arrive):
    arrive()
    page = visit()
    page.locator(".item summary").click()
    before = page.locator("main").inner_html()
    arrive("Lead", "new")
    expect(page.get_by_role("status")).to_contain_text("Something new has arrived.")
    assert page.locator("main").inner_html() == before
    page.get_by_role("link", name="Show it").click()
    expect(page.locator(".item .name")).to_have_text(["Lead", "ViewContent"])
    expect(page.get_by_role("status")).to_be_empty()


def test_an_open_event__stays_open_over_a_refresh(visit, arrive):
    arrive()
    arrive("Lead", "other")
    page = visit()
    page.locator(".item summary").last.click()
    expect(page.locator(".item.pairs details[open] .name")).to_have_text("ViewContent")
    page.get_by_role("link", name="Refresh").click()
    page.wait_for_load_state()
    expect(page.locator(".item details[open] .name")).to_have_text("ViewContent")


def test_the_keyboard__reaches_and_opens_an_event(visit, arrive):
    arrive()
    page = visit()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the events")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(40):
        if page.evaluate("Boolean(document.activeElement.closest('.item'))"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".item pre").first).to_be_visible()


def test_without_javascript__everything_works(visit, sandbox, arrive):
    arrive()
    arrive("Lead", "left", server=False)
    page = visit(scripts=False)
    page.locator(".item summary").first.click()
    expect(page.locator(".item pre").first).to_contain_text('"ev": "Lead"')
    page.get_by_role("link", name="Pairs", exact=False).last.click()
    expect(page.locator(".item .name")).to_have_text(["ViewContent"])
    page.get_by_label("Event", exact=True).select_option("Lead")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".item")).to_have_count(0)
    page.locator(".switches summary").click()
    page.get_by_role("button", name="Turn on token").click()
    expect(page.locator(".switches .state")).to_have_text("token")
    assert sandbox.switches["token"]
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_text("Nothing has arrived yet.")).to_be_visible()


def test_a_sandbox__that_was_stopped_is_told(visit, sandbox, browser):
    page = browser.new_context().new_page()
    page.goto(sandbox.url)
    sandbox.stop()
    expect(page.get_by_role("status")).to_contain_text("does not answer", timeout=10_000)
    page.context.close()
