"""An answer holds in every tab of the shop, in those that are open already too."""

import pytest

from tests.browser.consent.log import BrowserLog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STATE = "document.documentElement.dataset.capiState"


def other_tab(shop, path="/shop/next/"):
    tab = shop.context.new_page()
    tab.goto(shop.url + path, wait_until="domcontentloaded")
    return tab


def test_withdrawal__in_one_tab_stops_what_waits_for_the_pixel_in_another(granted):
    scripts = []
    granted.context.route("**/fbevents.js", lambda route: scripts.append(route))
    granted.go("/shop/product/")
    assert granted.row("ViewContent")
    granted.until(lambda: scripts, "the pixel is asked for")
    other_tab(granted).click("#no")
    granted.until(lambda: granted.page.evaluate(STATE) == "denied", "the other tab knows")
    log = BrowserLog(granted)
    for script in scripts:
        script.continue_()
    granted.until(lambda: granted.page.evaluate("Boolean(fbq.callMethod)"), "the pixel is there")
    granted.page.click("#wish b")
    granted.page.evaluate("fbq('track', 'Contact'); history.pushState({}, '', '/shop/elsewhere/')")
    granted.page.wait_for_timeout(500)
    assert not [url for url in log.to_meta() if "/tr/" in url]
    assert log.beacons() == []
    assert granted.stored() == []
    assert granted.sandbox.events == []


@pytest.mark.parametrize("is_told", [True, False], ids=["told at once", "in a browser that tells of no cookie"])
def test_withdrawal__in_one_tab_holds_for_what_is_done_in_another(granted, is_told):
    if not is_told:
        granted.context.add_init_script("delete Window.prototype.cookieStore; delete window.cookieStore")
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    other_tab(granted).click("#no")
    granted.until(lambda: "_fbp" not in granted.cookies(), "the cookies are gone")
    before = len(granted.asked)
    granted.page.click("#wish b")
    granted.page.evaluate("capi.track('Contact'); fbq('track', 'Contact')")
    granted.page.wait_for_timeout(400)
    assert granted.asked[before:] == []
    assert granted.cookies().keys() == {"capi_consent"}


def test_grant__in_one_tab_wakes_the_others(shop):
    shop.go("/shop/product/")
    tab = other_tab(shop, "/shop/custom/")
    tab.click("#yes")
    shop.paired("ViewContent")
    shop.paired("RingSizeMeasured")
    shop.until(lambda: len(shop.hits("PageView")) == 2, "both pages' views arrived")
