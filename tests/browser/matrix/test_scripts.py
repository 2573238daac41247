"""The server's copy arrives whatever becomes of the pixel's, and the receipt says no more than is known."""

import pytest

from capi_tracking.models import BrowserState
from tests.browser.shop import SOURCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["PageView", "ViewContent"]
THROWS = {
    "at once": "throw new Error('theirs')",
    "when called": "fbq.callMethod = () => { throw new Error('theirs') }; fbq.callMethod(fbq.queue.shift())",
}


def blocked(shop):
    """Details of the receipts, once each event has one that says blocked; the pixel had none of them."""
    ids = shop.settled(alone_at_home=NAMES)
    return {shop.receipt(ids[name][0], BrowserState.BLOCKED).detail for name in NAMES}


def test_blocked_script__leaves_the_servers_copies_and_says_blocked(granted):
    granted.context.route("**/fbevents.js", lambda route: route.abort())
    granted.go("/bare/product/")
    assert blocked(granted) == {"script_error"}


def test_blocked_endpoint__is_invisible_and_leaves_the_servers_copies(granted):
    granted.context.route("**/tr/**", lambda route: route.abort())
    granted.go("/bare/product/")
    ids = {name: granted.row(name).event_id for name in NAMES}
    for event_id in ids.values():
        granted.receipt(event_id, BrowserState.HANDED_OVER)
    asked = [request.url for request in granted.asked if "/tr/" in request.url]
    assert len(asked) == 2
    assert all(any(f"eid={event_id}" in url for url in asked) for event_id in ids.values())
    assert granted.sandbox.events == []


@pytest.mark.parametrize("when", THROWS)
def test_throwing_script__takes_nothing_from_the_server_and_nothing_from_the_page(granted, when):
    late = SOURCE.with_name("capi-late.js").read_text()
    granted.serve(late.replace("PATIENCE_MS = 5000", "PATIENCE_MS = 100"), "capi-late.js")
    granted.context.route(
        "**/fbevents.js", lambda route: route.fulfill(body=THROWS[when], content_type="text/javascript")
    )
    granted.go("/bare/product/")
    blocked(granted)
    granted.faults.clear()
    assert granted.page.inner_text("h1") == "Product"


@pytest.mark.parametrize("files", ["**/fbevents.js", "**/{fbevents,capi-late}.js"], ids=["pixel", "all that is late"])
def test_late_script__fires_on_the_next_page_what_was_sent_off_before_it_came(granted, files):
    granted.context.route(files, lambda route: None)
    granted.go("/bare/shelf/")
    granted.page.click("#add")
    granted.page.wait_for_selector("h1:text-is('Plain')")
    granted.context.unroute(files)  # what this page has asked for comes now; the first one never had it
    granted.settled("PageView", "PageView", "AddToCart")
