"""Each trap of the real pixel, by its stand-in: with our defence it is not stepped into, without it it snaps.

Each test runs twice, once with our files as they are and once with the text of the defence taken out: a defence that does
nothing, and a test that sees nothing, both fail. The three flags of the stub are in test_script_navigation.py.
"""

import json
from urllib.parse import urlsplit

import pytest
from django.test import override_settings

from capi_tracking.models import BrowserReceipt
from tests.browser.shop import PIXEL, SOURCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARK = {"pixel": "default", "name": "Schedule", "id": "marker-of-the-end", "data": {}}
TELL = "event => document.dispatchEvent(new CustomEvent('capi:track', {detail: {events: [event]}}))"


@pytest.fixture(scope="module")
def shop_pages():
    with override_settings(ROOT_URLCONF="tests.browser.matrix.pages"):
        yield


def defence(*texts, file="capi.js"):
    """Gives the test ``snaps``: whether the trap must snap, as those texts are not in that file."""
    return pytest.mark.parametrize("snaps", [(), (file, *texts)], ids=["defended", "undefended"], indirect=True)


@pytest.fixture
def snaps(request, shop):
    for file, *texts in filter(None, [request.param]):
        source = SOURCE.with_name(file).read_text()
        for text in texts:
            text, instead = text if isinstance(text, tuple) else (text, "")
            assert source.count(text) == 1, f"{file} does not hold it once: {text}"
            source = source.replace(text, instead)
        shop.serve(source, file)
    yield bool(request.param)
    if request.param:
        shop.faults.clear()


@pytest.fixture
def trap(shop, snaps):
    """Sees whether it snaps as it must; that it does not is sure once an event that was fired later has arrived."""

    def check(has_snapped, what):
        if snaps:
            shop.until(has_snapped, what)
        else:
            shop.page.evaluate(TELL, MARK)
            shop.until(lambda: shop.hits(MARK["name"]) and not shop.flying(), "all hits arrived")
            assert not has_snapped(), what

    return check


def state_of(shop, name):
    """What the first receipt of that event says."""
    found = BrowserReceipt.objects.filter(event_name=name)
    return shop.until(found.first, f"a receipt of {name}").get_state_display()


# -- what others call --------------------------------------------------------------------------------------------------

STUB = """
  window.fbq = window._fbq = (...given) => fbq.callMethod ? fbq.callMethod(...given) : fbq.queue.push(given);
  Object.assign(fbq, {push: fbq, loaded: true, version: "2.0", queue: []});
"""


@defence(
    (
        'if (isHeard || given[0] === "init") ask("foreign", isHeard ? given : given.slice(0, 2));',
        'ask("foreign", given);',
    )
)
def test_revoke_is_a_queue__so_what_others_call_without_consent_is_not_kept(shop, trap):
    shop.go("/bare/plain/")
    shop.page.evaluate("fbq('consent', 'revoke'); fbq('track', 'Contact'); fbq('consent', 'grant')")
    shop.page.evaluate("capi.consent('granted')")
    shop.hit("PageView")
    trap(lambda: shop.hits("Contact"), "a call from before the grant was sent")


@defence("window.fbq = window._fbq = fbq;")
def test_stub_of_others__sends_a_page_view_without_id_so_the_stub_is_ours(granted, trap):
    granted.page.add_init_script(STUB)
    granted.go("/bare/plain/")
    granted.until(lambda: granted.page.evaluate("Boolean(fbq.callMethod)") or granted.hits("PageView"), "the pixel")
    granted.page.evaluate(f"fbq('init', '{PIXEL}'); fbq('track', 'PageView')")
    trap(lambda: any(not hit["event_id"] for hit in granted.hits("PageView")), "a PageView without an id")


@defence(" || isRepeated(alias, name, data, more)", file="capi-foreign.js")
def test_call_of_others__counts_the_same_thing_twice_so_it_is_dropped(granted, capi, trap):
    capi(FOREIGN_PIXELS="adopt")
    granted.go("/bare/product/")
    granted.hit("ViewContent")
    granted.page.evaluate("fbq('track', 'ViewContent', {content_ids: ['sku-1']})")
    trap(lambda: len(granted.hits("ViewContent")) == 2, "a second ViewContent")


# -- ids, islands, hashes ----------------------------------------------------------------------------------------------


@defence(" || used.has(told.pixel + told.id)")
def test_same_id_twice__is_sent_twice_by_the_pixel_so_it_gets_it_once(granted, trap):
    granted.go("/bare/plain/")
    for _ in range(2):
        granted.page.evaluate(TELL, {"pixel": "default", "name": "Lead", "id": "told-by-the-server", "data": {}})
    trap(lambda: len(granted.hits("Lead")) == 2, "a second hit under one id")


@defence('element.dataset.capiFired = "";')
def test_snapshot__is_new_elements_so_the_mark_is_on_the_island_and_goes_with_it(granted, trap):
    granted.go("/bare/product/")
    granted.until(lambda: granted.hits("ViewContent"), "the island fired")
    granted.page.evaluate("document.body.innerHTML = document.body.innerHTML")
    trap(lambda: len(granted.hits("ViewContent")) > 1, "the island fired again")


@defence(("{ ...who.keys, ...buyerKeys(alias) }", "{}"))
def test_only_the_first_init_counts__so_the_buyers_hashes_are_in_it(granted, trap):
    granted.go("/buy/")
    granted.hit("Purchase")
    trap(lambda: "ud[em]" not in granted.hit("Purchase")["params"], "a Purchase without its buyer")


ANSWERS = {
    "hashes as they are": lambda found: found,
    "lists": lambda found: {key: [text] for key, text in found.items()},
    "plain texts": lambda found: {"fn": "Jo"},  # the pixel hashes it as it stands, the server's copy says "jo"
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_init__drops_what_is_no_text_and_normalises_nothing_so_match_gives_the_servers_hashes(granted, log_in, kind):
    log_in(granted, email="jo@shop.example", first_name="Jo")
    granted.context.add_cookies([{"name": "capi_in", "value": "1", "url": granted.url}])
    granted.context.route("**/capi/match/", lambda route: route.fulfill(json=ANSWERS[kind](route.fetch().json())))
    granted.go("/bare/plain/")
    told = granted.hit("PageView")["params"].get("ud[fn]")
    stored = json.loads(granted.row("PageView").payload)["user_data"]["fn"]
    assert ([told] == stored) is (kind == "hashes as they are")


# -- addresses and cookies ---------------------------------------------------------------------------------------------


@defence('if (address !== location.href) history.replaceState(history.state, "", address);')
def test_secret_of_an_address__is_sent_so_it_is_cleaned_before(granted, trap):
    granted.go("/bare/plain/?token=s3cret&utm_source=mail")
    dl = granted.hit("PageView")["params"]["dl"]
    trap(lambda: "s3cret" in dl, "the secret reached Meta")


@defence(
    'if (before !== document.referrer) Object.defineProperty(document, "referrer", { configurable: true, value: before });'
)
def test_secret_of_the_page_before__is_sent_so_the_referrer_is_cleaned(shop, trap):
    shop.go("/bare/plain/?token=s3cret")
    shop.page.evaluate("location.href = '/bare/measure/'")
    shop.page.wait_for_selector("h1:text-is('Measure')")
    shop.page.evaluate("capi.consent('granted')")
    rl = shop.hit("PageView")["params"]["rl"]
    trap(lambda: "s3cret" in rl, "the secret reached Meta")


@defence(("write(name, value, days, domain())", "write(name, value, days)"))
def test_cookie_of_the_host_alone__lies_beside_the_pixels_so_ours_is_on_its_domain(shop, snaps):
    shop.url = f"http://www.shop.localhost:{urlsplit(shop.url).port}"
    shop.grant()
    older = {"name": "_fbc", "value": "fb.1.1767225600000.older", "domain": ".shop.localhost", "path": "/"}
    shop.context.add_cookies([older])
    shop.go("/bare/plain/?fbclid=newer")
    shop.hit("PageView")
    values = [cookie["value"] for cookie in shop.context.cookies() if cookie["name"] == "_fbc"]
    assert (len(values) > 1) is snaps
    assert any(value.endswith(".newer") for value in values)


# -- receipts ----------------------------------------------------------------------------------------------------------


@defence("pixel().callMethod && ")
def test_surrogate__loads_and_does_nothing_so_a_loaded_script_is_no_evidence(granted, snaps):
    if not snaps:
        source = SOURCE.with_name("capi-late.js").read_text()
        assert "PATIENCE_MS = 5000" in source
        granted.serve(source.replace("PATIENCE_MS = 5000", "PATIENCE_MS = 100"), "capi-late.js")
    granted.context.route(
        "**/fbevents.js", lambda route: route.fulfill(body="fbq.queue.length = 0; fbq.queue.push = () => {}")
    )
    granted.go("/bare/product/")
    assert state_of(granted, "ViewContent") == ("handed over" if snaps else "blocked")


@defence("violations.push(violation);")
def test_policy__blocks_a_hit_in_silence_so_violations_are_heard(granted, snaps):
    granted.go("/imageless/product/")
    assert state_of(granted, "ViewContent") == ("handed over" if snaps else "blocked")


@pytest.mark.parametrize(("dress", "is_lost"), [("nonce", False), ("formless", True), ("frameless", True)])
def test_long_event__is_a_form_in_a_frame_so_the_policy_allows_both(granted, dress, is_lost):
    granted.go(f"/{dress}/long/")
    assert state_of(granted, "ViewContent") == ("blocked" if is_lost else "handed over")
    assert bool(granted.hits("ViewContent")) is not is_lost


@defence("nonce: self.nonce, ")
def test_policy_with_a_nonce__blocks_what_has_none_so_it_is_handed_on(granted, snaps):
    granted.go("/nonce/product/")
    if snaps:
        granted.until(lambda: any("Content Security Policy" in text for text in granted.complaints), "refused")
        assert granted.sandbox.events == []
    else:
        granted.settled("PageView", "ViewContent")


@defence("      carry();\n")
def test_late_pixel__loses_what_was_fired_before_it_came_so_the_next_page_fires_it(granted, snaps):
    late = []
    granted.context.route("**/fbevents.js", lambda route: late.append(route) if not late else route.continue_())
    granted.go("/bare/shelf/")
    granted.page.click("#add")
    granted.page.wait_for_selector("h1:text-is('Plain')")
    assert granted.row("AddToCart"), "the server has it"
    if snaps:
        granted.settled("PageView", alone_at_home=["PageView", "AddToCart"])
    else:
        granted.settled("PageView", "PageView", "AddToCart")


# -- who is it ---------------------------------------------------------------------------------------------------------


@defence(("!isBot && ", ""))
def test_robot__is_dropped_by_newer_pixels_so_neither_side_fires(shop, capi, snaps):
    capi(PIXEL_SCRIPT_URL=f"{shop.sandbox.url}/fbevents.js?drop_bots=1")
    shop.grant()
    shop.page.add_init_script("Object.defineProperty(navigator, 'userAgent', {get: () => 'Googlebot/2.1'})")
    shop.go("/bare/plain/")
    if snaps:
        assert shop.row("PageView")
    assert shop.is_quiet() is not snaps
    assert shop.sandbox.events == []


@defence(
    " && !document.prerendering",
    ('if (document.prerendering) on(document, "prerenderingchange", start, { once: true });', "if (false);"),
)
def test_prerendered_page__may_never_be_shown_so_it_waits(granted, snaps):
    granted.page.add_init_script("Object.defineProperty(document, 'prerendering', {get: () => true});")
    granted.go("/bare/plain/")
    if snaps:
        granted.hit("PageView")
    assert granted.is_quiet() is not snaps
