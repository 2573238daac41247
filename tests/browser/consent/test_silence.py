"""Before consent and after a withdrawal: by the browser's own log, nothing leaves and nothing is kept."""

import json
import time
from urllib.parse import urlsplit

import pytest

from capi_tracking.models import OutboxEvent
from tests.browser.consent.log import ALLOWED, BrowserLog
from tests.browser.pages import alone
from tests.browser.shop import GRANTED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITHOUT = {
    "nobody asked": "",
    "denied": f"denied.1.{int(time.time())}",
    "granted another policy": "granted.2.1767225600",
    "granted too long ago": GRANTED,
    "granted at no time": "granted.1.yesterday",
    "more than an answer": "granted.1.1767225600.more",
    "another word": "allowed.1.1767225600",
}


@pytest.fixture
def log(shop):
    return BrowserLog(shop)


def walk(shop):
    """What a visitor does who buys."""
    shop.go("/shop/product/?fbclid=AbC")
    shop.page.click("#wish b")
    shop.page.evaluate("capi.track('Contact'); fbq('track', 'Contact'); history.pushState({}, '', '/shop/elsewhere/')")
    shop.page.select_option("#colour", "blue")
    shop.page.click("#add")
    shop.page.wait_for_url("**/shop/next/")
    shop.go("/buy/")
    shop.page.reload()


def views(shop):
    """The paths of the pages whose view either side has been told of, in the outbox ("" of one withdrawn) and at Meta's."""
    rows = alone(lambda: list(OutboxEvent.objects.filter(event_name="PageView")))
    stored = [json.loads(row.payload)["event_source_url"] if row.payload else "" for row in rows]
    told = [hit["params"]["dl"] for hit in shop.hits("PageView")]
    return [sorted(urlsplit(url).path for url in urls) for urls in (stored, told)]


@pytest.mark.parametrize("answer", WITHOUT)
def test_without_consent__no_request_no_cookie_and_no_storage(shop, log, capi, answer):
    capi(CONSENT_DAYS=180)
    if WITHOUT[answer]:
        shop.context.add_cookies([{"name": "capi_consent", "value": WITHOUT[answer], "url": shop.url}])
    walk(shop)
    assert log.is_silent()
    state = "denied" if answer == "denied" else "unknown"
    assert shop.page.evaluate("document.documentElement.dataset.capiState") == state


def test_withdrawal__is_told_once_and_then_nothing_leaves_or_is_kept(shop, log):
    shop.grant()
    shop.go("/buy/?then=")
    shop.paired("Purchase")
    fbp = shop.cookies()["_fbp"]["value"]
    assert log.stored == ["capi_sold"], "an order is marked while it is allowed"
    shop.page.click("#no")
    shop.until(lambda: {"withdrawn": {"fbp": fbp}} in shop.said(), "the withdrawal was told")
    assert shop.stored() == []
    assert log.cookies() <= ALLOWED
    log.forget()
    walk(shop)
    assert log.is_silent()
    assert sum("withdrawn" in said for said in shop.said()) == 1


def test_denial__of_who_never_granted_is_nobodys_business(shop, log):
    shop.go("/shop/product/")
    shop.page.click("#no")
    walk(shop)
    assert log.is_silent()


def test_grant_deny_three_views_grant__sends_none_of_the_three(shop, log):
    shop.go("/shop/plain/")
    shop.page.click("#yes")
    shop.paired("PageView")
    shop.page.click("#no")
    shop.until(lambda: any("withdrawn" in said for said in shop.said()), "the withdrawal was told")
    log.forget()
    for name in ("product", "custom", "long"):
        shop.go(f"/shop/{name}/")
        shop.page.evaluate("fbq('track', 'Contact'); capi.track('Contact')")
    assert log.is_silent()
    shop.go("/shop/next/")
    shop.page.click("#yes")
    seen = [["", "/shop/next/"], ["/shop/next/", "/shop/plain/"]]
    shop.until(lambda: views(shop) == seen, "both views that were allowed, and no other")
    names = alone(lambda: set(OutboxEvent.objects.values_list("event_name", flat=True)))
    assert names == {"PageView"} == {hit["event_name"] for hit in shop.sandbox.events}


def test_grant__on_the_second_page_still_finds_the_click_id(shop):
    shop.go("/shop/plain/?fbclid=IwAR0_aB-c")
    shop.page.evaluate("location.href = '/shop/next/'")
    shop.page.wait_for_url("**/shop/next/")
    shop.page.click("#yes")
    hit, _ = shop.paired("PageView")
    assert hit["params"]["fbc"].endswith(".IwAR0_aB-c")


def test_answer__lasts_as_long_as_the_setting_says(shop, capi):
    capi(CONSENT_DAYS=30)
    shop.go()
    shop.page.click("#yes")
    shop.paired("PageView")
    lasts = shop.cookies()["capi_consent"]["expires"] - shop.page.evaluate("Date.now() / 1000")
    assert 29 < lasts / 86400 <= 30


def test_link_of_a_customer__that_looks_like_the_banner_grants_nothing(shop, log):
    shop.go()
    planted = '<a id="bait" href="#" data-capi-consent="granted">Read more</a><button id="own" data-capi-consent="granted"><b>Yes</b></button>'
    shop.page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", planted)
    shop.page.click("#bait")
    assert log.is_silent()
    assert shop.cookies() == {}
    shop.page.click("#own b")
    shop.paired("PageView")
