"""Limited Data Use: where it is on offer both copies carry it, elsewhere limited means denied, and nobody guesses which."""

import json

import pytest

from tests.browser.consent.log import BrowserLog

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GPC = "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"
OPTIONS = ("data_processing_options", "data_processing_options_country", "data_processing_options_state")


@pytest.fixture
def visit(open_shop, capi):
    """Opens the shop for a visitor from somewhere."""
    capi(REGION="tests.browser.consent.regions.of")
    return lambda region, **headers: open_shop(extra_http_headers={"x-region": region, **headers})


def limit(shop):
    shop.go("/shop/product/")
    shop.page.evaluate("capi.consent('limited')")


def told(shop):
    return shop.cookies().get("capi_ldu", {}).get("value")


def on_both_sides(shop, name, code):
    hit, row = shop.paired(name)
    assert [hit["params"].get(key) for key in ("dpo", "dpoco", "dpost")] == ["LDU", "1", str(code)]
    assert [json.loads(row.payload).get(key) for key in OPTIONS] == [["LDU"], 1, code]


@pytest.mark.parametrize(("region", "code"), [("US-CA", 1000), ("US-RI", 1013)])
def test_limited__where_it_is_on_offer_fires_on_both_sides_with_the_states_code(visit, region, code):
    shop = visit(region)
    limit(shop)
    on_both_sides(shop, "PageView", code)
    on_both_sides(shop, "ViewContent", code)
    assert told(shop) == f"1.{code}"


def test_limited__is_told_to_the_pixel_before_it_is_set_up(visit):
    shop = visit("US-CA")
    shop.context.route("**/fbevents.js", lambda route: None)
    limit(shop)
    queue = "fbq.queue.map(([command]) => command)"
    shop.until(lambda: "init" in shop.page.evaluate(queue), "the pixel is to be set up")
    queued = shop.page.evaluate(queue)
    assert queued.index("dataProcessingOptions") < queued.index("init")
    assert shop.page.evaluate("fbq.queue[0]") == ["dataProcessingOptions", ["LDU"], 1, 1000]


def test_global_privacy_control__makes_a_grant_limited_on_both_sides(visit):
    shop = visit("US-CA", **{"sec-gpc": "1"})
    shop.page.add_init_script(GPC)
    shop.grant()
    shop.go("/shop/product/")
    on_both_sides(shop, "ViewContent", 1000)
    assert shop.page.evaluate("document.documentElement.dataset.capiState") == "limited"


@pytest.mark.parametrize("region", ["", "DE-BE", "US", "US-NY", "nowhere"])
def test_limited__elsewhere_is_asked_about_once_and_means_denied(visit, region):
    shop = visit(region)
    log = BrowserLog(shop)
    limit(shop)
    shop.until(lambda: told(shop) == "0", "the answer")
    assert shop.said() == [{}]
    log.forget()
    for name in ("product", "custom"):
        shop.go(f"/shop/{name}/")
        shop.page.evaluate("fbq('track', 'Contact'); capi.track('Contact')")
    shop.page.wait_for_timeout(200)
    assert log.is_silent()


def test_limited__without_the_servers_answer_means_denied_and_the_next_page_asks_again(visit):
    shop = visit("US-CA")
    log = BrowserLog(shop)
    shop.context.route("**/capi/collect/", lambda route: route.abort())
    limit(shop)
    shop.until(lambda: shop.said() == [{}], "it was asked")
    shop.page.evaluate("fbq('track', 'Contact'); capi.track('Contact')")
    shop.page.wait_for_timeout(200)
    assert log.to_meta() == []
    assert shop.said() == [{}]
    shop.context.unroute("**/capi/collect/")
    shop.go("/shop/custom/")
    on_both_sides(shop, "RingSizeMeasured", 1000)


def test_limited__after_a_grant_stops_a_pixel_that_was_set_up_without_and_goes_on_with_the_next_page(visit):
    shop = visit("US-CA")
    shop.grant()
    shop.go("/shop/product/")
    shop.paired("ViewContent")
    fbp = shop.cookies()["_fbp"]["value"]
    log = BrowserLog(shop)
    shop.page.evaluate("capi.consent('limited')")
    shop.until(lambda: told(shop) == "1.1000", "the answer")
    shop.page.click("#wish b")
    shop.page.wait_for_timeout(200)
    assert log.to_meta() == []
    shop.go("/shop/custom/")
    on_both_sides(shop, "RingSizeMeasured", 1000)
    assert shop.cookies()["_fbp"]["value"] == fbp
    assert not any("withdrawn" in said for said in shop.said())


def test_limited__after_a_grant_is_a_withdrawal_where_it_is_not_on_offer(visit):
    shop = visit("DE-BE")
    shop.grant()
    shop.go("/shop/product/")
    shop.paired("ViewContent")
    fbp = shop.cookies()["_fbp"]["value"]
    shop.page.evaluate("capi.consent('limited')")
    shop.until(lambda: {"withdrawn": {"fbp": fbp}} in shop.said(), "the withdrawal was told")
    assert shop.cookies().keys() == {"capi_consent", "capi_ldu"}


def test_limited__then_denied_is_denied(visit):
    shop = visit("US-CA")
    limit(shop)
    on_both_sides(shop, "ViewContent", 1000)
    shop.page.click("#no")
    shop.until(lambda: any("withdrawn" in said for said in shop.said()), "the withdrawal was told")
    log = BrowserLog(shop)
    shop.page.click("#wish b")
    shop.go("/shop/custom/")
    assert log.is_silent()
