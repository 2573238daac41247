"""Browsers that keep nothing, clocks that are wrong, frames of others and pages that are full."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from capi_tracking.models import BrowserReceipt
from tests.browser.pages import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

YEAR_MS = 365 * 24 * 3600 * 1000


def test_cookies_off__nobody_is_told_anything_and_the_page_goes_on(shop):
    shop.context.new_cdp_session(shop.page).send("Emulation.setDocumentCookieDisabled", {"disabled": True})
    shop.go("/bare/product/")
    shop.page.evaluate("capi.consent('granted')")
    shop.page.reload()
    assert shop.page.evaluate("document.documentElement.dataset.capiState") == "unknown"
    assert shop.is_quiet()


def test_storage_forbidden__every_event_pairs_and_a_sale_stays_single_over_reloads(granted):
    for name in ("localStorage", "sessionStorage"):
        granted.page.add_init_script(
            f"Object.defineProperty(window, '{name}', {{get() {{ throw new DOMException('no', 'SecurityError') }}}})"
        )
    granted.go("/buy/")
    granted.settled("PageView", "Purchase")
    granted.page.reload()
    granted.settled("PageView", "PageView", "Purchase")
    assert all("SecurityError" in fault for fault in granted.faults)
    granted.faults.clear()  # told to us, and to no visitor


@pytest.mark.parametrize("shift", [-YEAR_MS, YEAR_MS], ids=["a year behind", "a year ahead"])
def test_wrong_clock__the_servers_copy_carries_the_servers_time(shop, shift):
    shop.page.add_init_script(
        f"const now = Date.now; Date.now = () => now() + {shift};"
        f"window.Date = class extends Date {{ constructor(...given) {{ super(...(given.length ? given : [Date.now()])) }} }};"
    )
    before = timezone.now()
    shop.go("/bare/product/")
    shop.page.evaluate("capi.consent('granted')")
    shop.settled("PageView", "ViewContent")
    row = shop.row("ViewContent")
    assert before - timedelta(seconds=2) < row.event_time < timezone.now()
    assert row.consent_at is None or row.consent_at <= timezone.now()
    assert json.loads(row.payload)["user_data"]["fbp"] == shop.hits("ViewContent")[0]["params"]["fbp"]


def test_frame_of_another_site__is_quiet_whatever_was_granted_at_home(granted):
    granted.go("/bare/plain/")
    granted.settled("PageView")
    before = len(granted.asked)
    granted.page.goto(granted.url.replace("localhost", "127.0.0.1") + "/frame/bare/product/")
    frame = granted.page.wait_for_selector("iframe").content_frame()
    frame.wait_for_selector("h1")
    frame.evaluate("capi.consent('granted')")
    assert frame.evaluate("document.documentElement.dataset.capiState") == "unknown"
    asked = [request.url for request in granted.asked[before:]]
    assert not [url for url in asked if granted.sandbox.url in url or "collect" in url]
    granted.settled("PageView")


def test_five_hundred_islands__are_all_paired(granted):
    granted.go("/bare/many/")
    until(lambda: BrowserReceipt.objects.count() == 501, "all receipts arrived", seconds=60)
    granted.settled("PageView", *["ViewContent"] * 500)
