"""The visitors' pages as somebody sees them: in the shop's template and alone, in light and dark, on a desk and on a phone."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from capi_tracking.models import OutboxEvent, Status
from tests.browser import pages
from tests.privacy.people import BROWSER, JO, event_of, sent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHOICES, ABOUT_ME = reverse("capi_tracking:choices"), reverse("capi_tracking:about_me")
PICTURES = os.environ.get("WALK_PICTURES", "")  # a folder, for people to look at
BASES = {"in the shop": "shop/own_pages.html", "alone": ""}
GRANTED = "granted.1.1767225600"


@pytest.fixture
def jo():
    """An account with a past."""
    user = User.objects.create_user("jo", email=JO)
    known = {"external_id": str(user.pk), "email": JO, "phone": "+49 171 5550100", "first_name": "Jo", "fbp": BROWSER}
    sent(event_of("sale", name="Purchase", order_key="shop.order:1", **known))
    event_of("cart", name="AddToCart", **known)
    for number in range(20):
        event_of(f"view{number}", name="ViewContent", **known)
    return user


@pytest.fixture
def visit(browser, live_server, capi):
    contexts, complaints = [], []

    def open_page(path, *, base="in the shop", user=None, cookies=None, **options):
        capi(BASE_TEMPLATE=BASES[base])
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        for late in ("**/header/", "**/collect/"):  # must not meet tables that are being emptied
            context.route(late, lambda route: route.fulfill(status=204))
        known = dict(cookies or {})
        if user:
            client = Client()
            client.force_login(user)
            known["sessionid"] = client.cookies["sessionid"].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url} for name, value in known.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.pages[0].wait_for_load_state("networkidle")
        context.close()
    assert complaints == []


def cookies(page) -> dict[str, str]:
    return {each["name"]: each["value"] for each in page.context.cookies()}


def state_of(event_id: str) -> str:
    return OutboxEvent.objects.get(event_id=event_id).status


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("path", [CHOICES, ABOUT_ME], ids=["choices", "about me"])
def test_page__pleases_axe_and_fits_the_screen(visit, jo, path, base, scheme, width):
    size = {"width": width, "height": 900}
    page = visit(path, base=base, user=jo, cookies={"capi_consent": GRANTED}, color_scheme=scheme, viewport=size)
    assert page.locator("h1:visible").count() == 1
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if PICTURES:
        name = f"{path.strip('/').split('/')[-1]} {base} {scheme} {width}".replace(" ", "-")
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_choices__an_answer_counts_with_scripts_and_without(visit, jo, scripts):
    page = visit(CHOICES, cookies={"capi_consent": GRANTED, "_fbp": BROWSER}, java_script_enabled=scripts)
    page.get_by_role("button", name="No, thanks", exact=True).locator("visible=true").last.click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer is no")
    assert cookies(page)["capi_consent"].startswith("denied.")
    assert "_fbp" not in cookies(page)
    page.locator(".capi-own button[value=granted]").click()
    expect(page.get_by_role("status").first).to_contain_text("Your answer is yes")
    assert cookies(page)["capi_consent"].startswith("granted.")


def test_choices__the_script_goes_by_the_servers_answer(visit, jo):
    page = visit(CHOICES, cookies={"capi_consent": GRANTED})
    page.locator(".capi-own button[value=denied]").click()
    page.wait_for_function("document.documentElement.dataset.capiState === 'denied'")


def test_about_me__is_walked_seen_and_ended_without_scripts(visit, jo):
    page = visit(ABOUT_ME, user=jo, cookies={"_fbp": BROWSER}, java_script_enabled=False)
    expect(page.locator(".capi-events").first.locator("li")).to_have_count(20)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".capi-events").first.locator("li")).to_have_count(2)
    page.get_by_role("button", name="Withdraw my consent").click()
    expect(page.get_by_role("status").first).to_contain_text("withdrawn")
    assert pages.alone(lambda: state_of("cart")) == Status.CANCELLED
    page.get_by_label("Yes, delete it.").check()
    page.get_by_role("button", name="Delete what is kept of me").click()
    expect(page.get_by_role("status").first).to_contain_text("It is deleted.")
    assert pages.alone(lambda: OutboxEvent.objects.get(event_id="sale").external_key) is None


def test_about_me__is_taken_along_as_a_file(visit, jo):
    page = visit(ABOUT_ME, user=jo)
    with page.expect_download() as started:
        page.get_by_role("link", name="All of it in one file").click()
    assert started.value.suggested_filename == "told-to-meta.json"
