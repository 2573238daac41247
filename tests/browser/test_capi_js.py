"""capi.js in a real Chromium, under a strict policy, against the stand-in for the pixel script."""

import gzip
import json
import re
from urllib.parse import urlsplit

import pytest

from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, SkipCount
from tests.browser.pages import alone, until
from tests.browser.shop import SOURCE, altered

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


# -- consent ---------------------------------------------------------------------------------------------------------


def use(shop):
    """Do on a product page what would fire with consent, then come to another page."""
    shop.go("/shop/product/?fbclid=AbC")
    shop.page.click("#wish b")
    shop.page.evaluate("fbq('track', 'PageView'); history.pushState({}, '', '/shop/elsewhere/')")
    assert shop.page.evaluate("fbq.queue.length") == 0
    shop.page.click("#add")
    shop.page.wait_for_url("**/shop/next/")


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


# -- navigation ------------------------------------------------------------------------------------------------------


def views_by_id(shop, count):
    until(lambda: len(shop.hits("PageView")) >= count, f"{count} PageViews arrived")
    rows = OutboxEvent.objects.filter(event_name="PageView")
    until(lambda: rows.count() >= count, f"{count} beacons arrived")
    return [hit["event_id"] for hit in shop.hits("PageView")], alone(
        lambda: sorted(rows.values_list("event_id", flat=True))
    )


def test_push_state__gives_exactly_one_page_view_with_our_id(granted):
    granted.go()
    granted.paired("PageView")
    granted.page.evaluate("history.pushState({}, '', '/shop/elsewhere/'); history.pushState({}, '', '#part')")
    granted.page.evaluate("history.replaceState({}, '', '?page=2')")
    views_by_id(granted, 2)
    granted.page.evaluate("history.back()")
    granted.page.evaluate("history.back()")
    hits, rows = views_by_id(granted, 3)
    assert len(hits) == 3
    assert sorted(hits) == rows
    assert all(hits)


def test_visit_by_turbo__is_one_when_its_page_is_rendered_whatever_the_server_answered(granted):
    granted.go()
    granted.paired("PageView")
    tell = "type => document.documentElement.dispatchEvent(new Event(type, {bubbles: true}))"
    granted.page.evaluate(tell, "turbo:visit")
    granted.page.evaluate("history.pushState({}, '', '/shop/secret/')")
    granted.page.evaluate("document.documentElement.dataset.turboPreview = ''; document.body.append('Preview')")
    granted.page.evaluate(tell, "turbo:render")
    granted.page.wait_for_timeout(50)
    assert len(granted.hits("PageView")) == 1
    granted.page.evaluate("delete document.documentElement.dataset.turboPreview")
    granted.page.evaluate(tell, "turbo:render")  # no turbo:load follows if the server answered with an error
    granted.page.evaluate(tell, "turbo:load")
    hits, rows = views_by_id(granted, 2)
    assert sorted(hits) == rows


def test_new_address__is_no_visit_if_it_only_replaces_the_old(granted):
    granted.go()
    granted.paired("PageView")
    granted.page.evaluate("history.replaceState({}, '', '/shop/filtered/'); document.body.append('Filtered')")
    granted.page.evaluate("history.pushState({}, '', '#part')")
    granted.page.wait_for_timeout(50)
    granted.page.evaluate("history.pushState({}, '', '/shop/plain/')")
    hits, rows = views_by_id(granted, 2)
    assert sorted(hits) == rows


def test_prerendered_page__waits_until_it_is_shown(granted):
    granted.page.add_init_script(
        "window.isAhead = true; Object.defineProperty(document, 'prerendering', {get: () => window.isAhead});"
    )
    granted.go("/shop/product/")
    assert granted.is_quiet()
    granted.page.evaluate("isAhead = false; document.dispatchEvent(new Event('prerenderingchange'))")
    granted.paired("ViewContent")


FLAGS = {
    "disablePushState": "pushState sends a PageView without an id",
    "allowDuplicatePageViews": "the second PageView is dropped",
    "autoConfig": "events of its own, without ids",
}


def snapped(hits) -> list[str]:
    """The traps that show in what reached Meta."""
    views = [hit for hit in hits if hit["event_name"] == "PageView"]
    shown = {
        "disablePushState": any(not view["event_id"] for view in views),
        "allowDuplicatePageViews": len(views) == 1,
        "autoConfig": any(hit["event_name"] == "SubscribedButtonClick" for hit in hits),
    }
    return [name for name, is_shown in shown.items() if is_shown]


@pytest.mark.parametrize("flag", [None, *FLAGS])
def test_stub_flags__each_keeps_the_pixel_out_of_a_trap(granted, flag):
    source = SOURCE.read_text()
    lines = source.splitlines(keepends=True)
    kept = "".join(line for line in lines if flag is None or flag not in line)
    assert (kept == source) is (flag is None)
    granted.serve(kept)
    granted.go("/shop/product/")
    granted.hit("ViewContent")
    granted.page.evaluate("history.pushState({}, '', '/shop/elsewhere/')")
    until(lambda: len(granted.beacons()) >= 2, "the second PageView's beacon went out")
    granted.page.click("#wish b")
    granted.hit("AddToWishlist")
    expected = [flag] * (flag is not None)
    until(lambda: snapped(granted.sandbox.events) == expected, FLAGS.get(flag, "no trap"))


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


# -- cookies and addresses -------------------------------------------------------------------------------------------


def test_click_id__keeps_case_and_dots_and_is_not_stamped_again(granted):
    granted.go("/shop/plain/?fbclid=IwAR.aB-c_D")
    hit, row = granted.paired("PageView")
    first = granted.cookies()["_fbc"]["value"]
    assert re.fullmatch(r"fb\.0\.\d{13}\.IwAR__DOT__aB-c_D", first)
    assert hit["params"]["fbc"] == json.loads(row.payload)["user_data"]["fbc"] == first
    granted.page.reload()
    views_by_id(granted, 2)
    assert granted.cookies()["_fbc"]["value"] == first


def test_click_id__of_a_new_ad_replaces_the_old_one(granted):
    granted.go("/shop/plain/?fbclid=first")
    granted.paired("PageView")
    granted.go("/shop/plain/?fbclid=second")
    until(lambda: granted.cookies()["_fbc"]["value"].endswith(".second"), "the newer click counts")


def test_fifth_segment__of_a_cookie_is_kept(granted):
    value = "fb.1.1767225600000.AbC.AQICAQMC"
    granted.context.add_cookies([{"name": "_fbc", "value": value, "url": granted.url}])
    granted.go("/shop/plain/?fbclid=AbC")
    granted.hit("PageView")
    assert granted.cookies()["_fbc"]["value"] == value


def test_cookies__lie_on_the_widest_domain_and_are_renewed_there(open_shop, live_server):
    port = urlsplit(live_server.url).port
    shop = open_shop(f"http://www.shop.localhost:{port}")
    shop.go("/shop/plain/?fbclid=AbC")
    shop.page.click("#yes")
    shop.paired("PageView")
    answers = [request.response() for request in shop.asked if request.url.endswith("/capi/collect/")]
    renewed = answers[0].header_values("set-cookie")
    assert {text.partition("=")[0] for text in renewed} == {"_fbp", "_fbc"}
    assert all("domain=shop.localhost" in text.lower() for text in renewed)
    found = {
        name: (cookie["domain"], cookie["sameSite"], cookie["httpOnly"]) for name, cookie in shop.cookies().items()
    }
    assert found == dict.fromkeys(("capi_consent", "_fbp", "_fbc"), (".shop.localhost", "Lax", False))
    assert len(shop.context.cookies()) == 3
    assert shop.cookies()["_fbp"]["value"].startswith("fb.1.")


def test_address__is_cleaned_before_the_pixel_sees_it(granted):
    granted.go("/shop/product/?email=jo%40shop.example&utm_source=mail&token=s3cret#part")
    hit, row = granted.paired("PageView")
    assert hit["params"]["dl"] == f"{granted.url}/shop/product/?utm_source=mail#part"
    assert json.loads(row.payload)["event_source_url"] == f"{granted.url}/shop/product/?utm_source=mail"
    assert "s3cret" not in "".join(request.url + (request.post_data or "") for request in granted.asked[1:])


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ("#access_token=s3cret&token_type=bearer&q=kite", "#&&q=kite"),
        ("#/route/?token=s3cret&page=2", "#/route/?&page=2"),
        ("#reviews", "#reviews"),
        ("#/route/to/it", "#/route/to/it"),
        ("#q=kite", "#q=kite"),
    ],
)
def test_part_of_a_page__is_cleaned_like_the_query_where_it_holds_parameters(granted, part, kept):
    """Log-in by OAuth's implicit flow comes back with its token there, and the pixel sends the address whole."""
    granted.go(f"/shop/product/{part}")
    hit, _ = granted.paired("PageView")
    assert hit["params"]["dl"] == f"{granted.url}/shop/product/{kept}"
    assert not any("s3cret" in (request.url + (request.post_data or "")) for request in granted.asked[1:])


def test_referrer__is_cleaned_where_the_page_before_could_not_be(shop):
    shop.go("/shop/plain/?token=s3cret")
    shop.page.evaluate("location.href = '/shop/next/'")
    shop.page.wait_for_url("**/shop/next/")
    shop.page.click("#yes")
    hit, _ = shop.paired("PageView")
    assert hit["params"]["rl"] == f"{shop.url}/shop/plain/"


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
