"""The script's own copies and their receipts: pairs, sales, and what blocks them."""

import gzip
import json
import re

import pytest

from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent
from tests.browser.pages import alone, until
from tests.browser.shop import SOURCE, altered
from tests.browser.visiting import use, views_by_id

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# -- pairs -----------------------------------------------------------------------------------------------------------


def test_page__pairs_its_view_and_its_islands(granted):
    granted.go("/shop/product/")
    granted.paired("PageView")
    hit, row = granted.paired("ViewContent")
    assert json.loads(hit["params"]["cd[content_ids]"]) == ["sku-1"]
    data = json.loads(row.payload)["custom_data"]
    assert (data["content_ids"], data["value"], data["currency"]) == (["sku-1"], 9.5, "EUR")
    assert (hit["params"]["cd[value]"], hit["params"]["cd[currency]"]) == ("9.5", "EUR")
    assert json.loads(row.payload)["event_source_url"] == f"{granted.url}/shop/product/"
    assert json.loads(row.payload)["user_data"]["fbp"] == hit["params"]["fbp"] == granted.cookies()["_fbp"]["value"]


def test_form__pairs_what_its_submit_sets_off_though_the_page_is_left(granted):
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    granted.page.click("#add")
    granted.page.wait_for_url("**/shop/next/")
    granted.paired("AddToCart")


def test_element__fires_on_click_and_with_a_new_id_each_time(granted):
    granted.go("/shop/product/")
    granted.page.click("#wish b")
    granted.page.click("#wish b")
    until(lambda: len(granted.hits("AddToWishlist")) == 2, "both clicks arrived")
    rows = OutboxEvent.objects.filter(event_name="AddToWishlist")
    until(lambda: rows.count() == 2, "both beacons arrived")
    assert {hit["event_id"] for hit in granted.hits("AddToWishlist")} == set(
        alone(lambda: list(rows.values_list("event_id", flat=True)))
    )


def test_element__fires_on_the_event_that_the_tag_names(granted):
    granted.go("/shop/product/")
    granted.page.select_option("#colour", "blue")
    granted.paired("CustomizeProduct")


def test_custom_event__is_paired_too(granted):
    granted.go("/shop/custom/")
    hit, row = granted.paired("RingSizeMeasured")
    assert hit["params"]["cd[ring_size]"] == "17"
    assert json.loads(row.payload)["custom_data"] == {"ring_size": 17}


def test_long_event__is_paired_by_the_pixels_form_post(granted):
    granted.go("/shop/long/")
    hit, _ = granted.paired("ViewContent")
    assert hit["method"] == "POST"


def test_cached_page__gives_each_visitor_other_ids(open_shop):
    visitors = [open_shop(), open_shop()]
    texts = []
    for visitor in visitors:
        visitor.grant()
        visitor.go("/cached/product/")
        texts.append(visitor.context.request.get(visitor.url + "/cached/product/").text())
    rows = OutboxEvent.objects.filter(event_name="ViewContent")
    until(lambda: rows.count() == 2, "both visitors' events arrived")
    until(lambda: len(visitors[0].hits("ViewContent")) == 2, "both hits arrived")
    assert texts[0] == texts[1]
    assert len({hit["event_id"] for hit in visitors[0].hits("ViewContent")}) == 2


def test_island__inserted_later_fires_once_and_not_again_from_a_snapshot(granted):
    granted.go()
    granted.paired("PageView")
    island = granted.context.request.get(granted.url + "/shop/product/").text()
    found = re.search(r"<script[^>]*data-capi-event>.*?</script>", island)[0]
    granted.page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", found)
    granted.paired("ViewContent")
    granted.page.evaluate(
        "const html = document.body.innerHTML; document.body.innerHTML = ''; document.body.innerHTML = html"
    )
    granted.page.click("#yes")
    granted.page.evaluate("capi.consent('granted')")
    granted.go("/shop/custom/")
    granted.paired("RingSizeMeasured")
    assert len(granted.hits("ViewContent")) == 1


def test_shadow__records_the_event_and_leaves_meta_and_the_pages_own_pixel_alone(granted, capi):
    capi(SHADOW=True)
    granted.page.add_init_script("window.calls = []; window.fbq = (...given) => calls.push(given);")
    granted.go("/shop/product/")
    assert granted.row("ViewContent").event_id
    assert granted.page.evaluate("fbq('track', 'Theirs'); [calls, fbq.disablePushState]") == [
        [["track", "Theirs"]],
        None,
    ]
    assert not any(request.url.startswith(granted.sandbox.url) for request in granted.asked)
    assert not any(beacon["receipts"] for beacon in granted.beacons())


def test_shadow__does_not_stand_in_the_way_of_a_pixel_that_comes_later(granted, capi):
    capi(SHADOW=True)
    granted.go("/shop/product/")
    assert granted.page.evaluate("typeof window.fbq + typeof window._fbq") == "undefinedundefined"


def test_dom_events__tell_the_page(granted):
    granted.page.add_init_script(
        "window.told = [];"
        "for (const name of ['capi:ready', 'capi:sent']) document.addEventListener(name, event => told.push([name, event.detail]));"
    )
    granted.go("/shop/product/")
    told = granted.page.evaluate("told")
    assert [name for name, _ in told].count("capi:ready") == 1
    sent = {detail["name"]: detail["id"] for name, detail in told if name == "capi:sent"}
    assert sent == {
        "PageView": granted.hit("PageView")["event_id"],
        "ViewContent": granted.hit("ViewContent")["event_id"],
    }


# -- receipts --------------------------------------------------------------------------------------------------------


def test_blocked_script__leaves_the_servers_copy_and_a_receipt_that_says_so(granted):
    granted.context.route("**/fbevents.js", lambda route: route.abort())
    granted.go("/shop/product/")
    row = granted.row("ViewContent")
    assert granted.receipt(row.event_id, BrowserState.BLOCKED).detail == "script_error"
    assert granted.hits("ViewContent") == []


def test_surrogate_script__that_does_nothing_is_blocked(granted):
    late = altered(SOURCE.with_name("capi-late.js"), ("PATIENCE_MS = 5000", "PATIENCE_MS = 100"))
    granted.serve(late, "capi-late.js")
    granted.context.route("**/fbevents.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    granted.go("/shop/product/")
    row = granted.row("ViewContent")
    assert granted.receipt(row.event_id, BrowserState.BLOCKED).detail == "no_call_method"


@pytest.mark.parametrize("directive", ["script-src", "img-src"])
def test_policy_violation__of_the_pixels_hosts_is_blocked(granted, directive):
    granted.go(f"/shop/product/?page={directive}")
    row = granted.row("ViewContent")
    assert granted.receipt(row.event_id, BrowserState.BLOCKED).detail == "policy"
    assert granted.hits("ViewContent") == []


def test_page_left_before_the_pixel_came__is_unknown(granted):
    granted.context.route("**/fbevents.js", lambda route: None)
    granted.go("/shop/product/")
    row = granted.row("ViewContent")
    granted.page.evaluate("location.href = 'about:blank'")
    granted.receipt(row.event_id, BrowserState.UNKNOWN)


def test_strict_policy__is_not_violated(granted):
    granted.page.add_init_script(
        "window.violations = [];"
        "document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));"
    )
    for path in ("/shop/product/", "/shop/long/"):
        granted.go(path)
        until(
            lambda: granted.sandbox.events[-1:] and BrowserReceipt.objects.filter(event_name="ViewContent").exists(),
            path,
        )
        assert granted.page.evaluate("violations") == []


# -- sales -----------------------------------------------------------------------------------------------------------


def test_sale__fires_once_under_the_orders_id_with_the_buyers_hashes(granted):
    granted.go("/buy/")
    hit, row = granted.paired("Purchase")
    assert row.source == "order"
    assert hit["params"]["ud[em]"] == json.loads(row.payload)["user_data"]["em"][0]
    granted.page.reload()
    views_by_id(granted, 2)
    assert len(granted.hits("Purchase")) == 1
    assert alone(OutboxEvent.objects.filter(event_name="Purchase").count) == 1


def test_sale__is_not_fired_again_by_another_tab(granted):
    granted.context.route("**/capi/collect/", lambda route: route.abort())  # so that the server hears of neither
    granted.go("/buy/")
    granted.hit("Purchase")
    other = granted.context.new_page()
    other.goto(granted.page.url)
    granted.until(lambda: len(granted.hits("PageView")) == 2, "the other tab's PageView arrived")
    assert len(granted.hits("Purchase")) == 1


def test_sale__that_the_pixel_never_took_may_fire_after_a_reload(granted):
    granted.context.route("**/fbevents.js", lambda route: None)
    granted.go("/buy/")
    row = granted.row("Purchase")
    until(lambda: granted.stored() == ["capi_sold"], "the order is marked")
    granted.context.unroute("**/fbevents.js")
    granted.page.reload()
    assert granted.hit("Purchase")["event_id"] == row.event_id


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_many_events__go_out_in_beacons_that_the_relay_takes(granted):
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    granted.page.evaluate("for (let i = 0; i < 45; i += 1) document.querySelector('#wish').click()")
    rows = OutboxEvent.objects.filter(event_name="AddToWishlist")
    until(lambda: rows.count() == 45, "all clicks arrived")
    assert max(len(beacon["events"]) for beacon in granted.beacons()) <= 20


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (compatible; Googlebot/2.1)", "facebookexternalhit/1.1"])
def test_bot__fires_on_neither_side(open_shop, agent):
    bot = open_shop(user_agent=agent)
    bot.grant()
    use(bot)
    assert bot.is_quiet()


def test_weight__is_below_six_kilobytes():
    assert len(gzip.compress(SOURCE.read_bytes(), 9)) < 6000
