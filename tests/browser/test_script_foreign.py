"""Other snippets' calls of the pixel: counted, and passed on, adopted or refused, as the setting says."""

from collections import Counter

import pytest

from capi_tracking.models import OutboxEvent, PageReport
from capi_tracking.sandbox import Sandbox
from tests.browser.pages import alone
from tests.browser.shop import PIXEL, SOURCE, altered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OTHER = "9876543210"
SNIPPET = """
  if (!window.fbq) {
    const fbq = (window.fbq = function (...given) { fbq.callMethod ? fbq.callMethod(...given) : fbq.queue.push(given) });
    fbq.push = fbq; fbq.loaded = true; fbq.version = "2.0"; fbq.queue = [];
    window._fbq = fbq;
  }
"""
CALLS = f"""
  fbq('init', '{OTHER}'); fbq('init', '{PIXEL}'); fbq('track', 'PageView');
  fbq('track', 'AddToCart', {{content_ids: ['sku-9'], content_type: 'product', value: 5, currency: 'EUR'}});
  fbq('trackCustom', 'Kite', {{}}); fbq('track', 'Purchase', {{value: 5, currency: 'EUR'}});
"""
COUNTED = {(pixel, name): 1 for pixel in (PIXEL, OTHER) for name in ("PageView", "AddToCart", "Kite", "Purchase")}
THEIRS = [(OTHER, name, "") for name in ("PageView", "AddToCart", "Kite", "Purchase")]


@pytest.fixture
def sandbox():
    with Sandbox(pixels=[PIXEL, OTHER]) as running:
        yield running


def counted(shop):
    """What was told of others by now: pixel and name, how often."""
    shop.page.evaluate("0")
    found = Counter()
    for report in alone(lambda: list(PageReport.objects.filter(kind="foreign"))):
        found[report.subject, report.name] += report.count
    return dict(found)


def hits(shop):
    """But for what the other pixel sends unasked."""
    told = [hit for hit in shop.sandbox.events if hit["event_name"] != "Microdata"]
    return sorted((hit["pixel"], hit["event_name"], hit["event_id"] or "") for hit in told)


def call(shop, text):
    """Calls of another snippet, once the file for them is here."""
    shop.page.evaluate(text)
    name = "location.origin + '/static/capi_tracking/capi-foreign.js'"
    shop.until(lambda: shop.page.evaluate(f"performance.getEntriesByName({name}).length"), "the file is here")


def test_report__counts_their_calls_and_lets_them_pass_but_for_our_views_and_sales(granted):
    granted.go()
    view = granted.paired("PageView")[1].event_id
    call(granted, CALLS)
    ours = [(PIXEL, "PageView", view), (PIXEL, "AddToCart", ""), (PIXEL, "Kite", "")]
    granted.until(lambda: hits(granted) == sorted([*THEIRS, *ours]), "all that may pass has passed")
    granted.until(lambda: counted(granted) == COUNTED, "each was counted")
    assert alone(OutboxEvent.objects.count) == 1
    assert alone(PageReport.objects.first).page == "/shop/plain/"


def test_adopt__pairs_what_is_for_our_pixel_and_leaves_theirs_alone(granted, capi):
    capi(FOREIGN_PIXELS="adopt", COLLECT_EVENTS=["Kite"])
    granted.page.add_init_script(SNIPPET + CALLS)
    granted.go("/shop/plain/")
    granted.until(lambda: len(granted.hits("Kite")) == 2, "their last call passed")
    rows = {name: granted.row(name).event_id for name in ("PageView", "AddToCart", "Kite")}
    ours = [(PIXEL, name, event_id) for name, event_id in rows.items()]
    granted.until(lambda: hits(granted) == sorted([*THEIRS, *ours]), "all that may pass has passed")
    granted.until(lambda: counted(granted) == COUNTED, "each was counted")
    assert [hit["params"].get("cd[value]") for hit in granted.hits("AddToCart") if hit["event_id"]] == [None]
    assert alone(OutboxEvent.objects.count) == 3


def test_adopt__of_a_repeated_call_is_a_new_event_but_not_beside_our_own(granted, capi):
    capi(FOREIGN_PIXELS="adopt")
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    for sku in ("sku-1", "sku-2", "sku-2"):
        call(granted, f"fbq('trackSingle', '{PIXEL}', 'ViewContent', {{content_ids: ['{sku}']}})")
    rows = OutboxEvent.objects.filter(event_name="ViewContent")
    granted.until(lambda: rows.count() == 3, "the two of another article were adopted")
    granted.until(lambda: counted(granted) == {(PIXEL, "ViewContent"): 3}, "each was counted")
    assert len({hit["event_id"] for hit in granted.hits("ViewContent")}) == len(granted.hits("ViewContent")) == 3


def test_refuse__counts_their_calls_and_passes_none(granted, capi):
    capi(FOREIGN_PIXELS="refuse")
    granted.page.add_init_script(SNIPPET + CALLS)
    granted.go()
    view = granted.paired("PageView")[1].event_id
    granted.until(lambda: counted(granted) == COUNTED, "each was counted")
    assert hits(granted) == [(PIXEL, "PageView", view)]


def test_pixel_that_ran_before_us__is_ours_from_now_on_and_what_it_sent_is_counted(granted, capi):
    script = granted.sandbox.url + "/fbevents.js"
    granted.page.add_init_script(f"""{SNIPPET} fbq('init', '{OTHER}'); fbq('init', '{PIXEL}'); fbq('track', 'PageView');
      new MutationObserver((changes, observer) => {{ // as early as an element can stand there
        if (!document.head) return;
        observer.disconnect();
        document.head.append(Object.assign(document.createElement('script'), {{src: '{script}'}}));
      }}).observe(document, {{childList: true, subtree: true}});""")
    held = []
    granted.context.route("**/capi_tracking/capi.js", lambda route: held.append(route))
    granted.page.goto(granted.url + "/shop/plain/", wait_until="commit")
    granted.until(lambda: len(granted.sandbox.events) >= 2 and held, "their views were sent")
    held[0].continue_()
    view = granted.row("PageView").event_id
    granted.page.evaluate("fbq('track', 'PageView'); fbq('track', 'Contact')")
    granted.until(lambda: len(granted.hits("Contact")) == 2, "their later calls passed")
    found = Counter(hits(granted))
    assert found[PIXEL, "PageView", ""] == 1, "the one from before"
    assert found[PIXEL, "PageView", view] == 1
    expected = {(pixel, name): 1 + (name == "PageView") for pixel in (PIXEL, OTHER) for name in ("PageView", "Contact")}
    granted.until(lambda: expected.items() <= counted(granted).items(), "all were counted, those from before too")


def test_without_consent__nothing_passes_and_nothing_is_kept_for_later(shop):
    shop.page.add_init_script(SNIPPET)
    shop.go()
    shop.page.evaluate(f"{CALLS} fbq('consent', 'grant')")
    assert shop.is_quiet()
    shop.page.click("#yes")
    shop.row("PageView")
    call(shop, "fbq('track', 'Contact')")
    shop.until(lambda: len(shop.hits("Contact")) == 2, "both pixels are known")
    assert shop.hits("AddToCart") == []


REVOKES = [None, ('given[0] === "consent"', 'given[0] === "passed on"')]


@pytest.mark.parametrize("broken", REVOKES)
def test_revoke__by_others_holds_theirs_and_not_ours(granted, broken):
    granted.serve(altered(SOURCE.with_name("capi-foreign.js"), broken), "capi-foreign.js")
    granted.go()
    granted.paired("PageView")
    call(granted, f"fbq('init', '{OTHER}'); fbq('consent', 'revoke'); fbq('track', 'Contact')")
    granted.page.click("#yes")
    granted.page.evaluate("capi.track('Search')")
    granted.row("Search")
    if broken:
        granted.page.wait_for_timeout(300)
        assert granted.hits("Search") == []
        return
    granted.paired("Search")
    assert granted.hits("Contact") == []
    granted.page.evaluate("fbq('consent', 'grant')")
    assert granted.hit("Contact")["pixel"] == OTHER
