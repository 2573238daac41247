"""What the script does before, without and after consent."""

import json

import pytest

from capi_tracking.models import SkipCount
from tests.browser.pages import alone
from tests.browser.visiting import use

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_before_consent__nothing_is_asked_kept_or_called(shop):
    use(shop)
    assert shop.is_quiet()
    assert shop.cookies() == {}
    assert shop.stored() == []
    assert shop.page.evaluate("document.documentElement.dataset.capiState") == "unknown"


def test_deny__keeps_the_answer_and_nothing_else(shop):
    shop.go("/shop/product/")
    shop.page.click("#no")
    use(shop)
    assert shop.is_quiet()
    assert list(shop.cookies()) == ["capi_consent"]
    assert shop.cookies()["capi_consent"]["value"].startswith("denied.1.")
    assert shop.stored() == []


@pytest.mark.parametrize("state", ["limited", "unknown", "granted.2", "nonsense"])
def test_other_answers__count_as_denied(shop, state):
    value = f"{state}.1767225600" if "." in state else f"{state}.1.1767225600"
    shop.context.add_cookies([{"name": "capi_consent", "value": value, "url": shop.url}])
    use(shop)
    assert shop.is_quiet()


def test_global_privacy_control__turns_a_grant_into_nothing(granted):
    granted.page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})")
    use(granted)
    assert granted.is_quiet()
    assert granted.page.evaluate("document.documentElement.dataset.capiState") == "limited"


def test_deny_after_a_grant__takes_everything_back(granted):
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    assert {"_fbp"} <= set(granted.cookies())
    granted.page.click("#no")
    before = len(granted.asked)
    granted.page.click("#wish b")
    granted.page.evaluate("fbq('track', 'Contact')")
    use(granted)
    assert not [request for request in granted.asked[before:] if "/tr/" in request.url or "collect" in request.url]
    assert list(granted.cookies()) == ["capi_consent"]


def test_grant_mid_page__fires_what_stands_there_and_nothing_from_before(shop):
    shop.go("/shop/product/")
    shop.page.click("#wish b")
    assert shop.is_quiet()
    shop.page.click("#yes")
    shop.paired("PageView")
    shop.paired("ViewContent")
    assert shop.hits("AddToWishlist") == []
    assert shop.cookies()["capi_consent"]["value"].startswith("granted.1.")
    assert alone(SkipCount.objects.count) == 0


def test_grant__takes_the_click_id_from_the_page_of_ours_that_led_here(shop):
    shop.go("/shop/plain/?fbclid=IwAR0_aB-c")
    shop.page.evaluate("location.href = '/shop/next/'")
    shop.page.wait_for_url("**/shop/next/")
    shop.page.click("#yes")
    hit, row = shop.paired("PageView")
    assert hit["params"]["fbc"].endswith(".IwAR0_aB-c")
    assert json.loads(row.payload)["user_data"]["fbc"] == hit["params"]["fbc"]
