"""Several pixels of the shop's own, and those that others left on its pages."""

import pytest

from capi_tracking.models import PageReport
from tests.browser.matrix.dresses import OTHER
from tests.browser.pages import alone
from tests.browser.shop import PIXEL

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = ("default", "second")


def test_two_pixels__each_gets_every_event_once_under_ids_of_its_own(granted, capi, settings):
    pixels = settings.CAPI_TRACKING["PIXELS"] | {"second": {"PIXEL_ID": OTHER, "ACCESS_TOKEN": "other-token"}}
    capi(PIXELS=pixels, PAGE_PIXELS=list(BOTH))
    granted.go("/bare/product/")
    granted.settled("PageView", "ViewContent", pixels=BOTH)
    granted.go("/bare/shelf/")
    granted.page.click("#wish")
    granted.settled("PageView", "PageView", "ViewContent", "AddToWishlist", pixels=BOTH)


# -- a snippet of others -----------------------------------------------------------------------------------------------

OURS = ["PageView", "ViewContent"]
CALLED = {(PIXEL, "PageView"): 1, (PIXEL, "ViewContent"): 1, (PIXEL, "Contact"): 1, (OTHER, "Lead"): 1}
THEIRS = [("Lead", OTHER), ("Microdata", OTHER)]  # another pixel keeps what it does by itself
PASSED = {
    "report": {"names": OURS, "strangers": [*THEIRS, ("Contact", "default")]},
    "refuse": {"names": OURS, "strangers": []},
    "adopt": {"names": [*OURS, "Contact"], "strangers": THEIRS},
}


def reported(shop, page):
    """What the shop was told of calls on that page, once something was."""
    rows = PageReport.objects.filter(kind="foreign", page=page)
    shop.until(rows.exists, "a report")
    return {(row.subject, row.name): row.count for row in alone(lambda: list(rows))}


@pytest.mark.parametrize("mode", PASSED)
@pytest.mark.parametrize("place", ["before", "after"])
def test_old_snippet__is_reported_refused_or_adopted_and_never_counts_twice(granted, capi, mode, place):
    capi(FOREIGN_PIXELS=mode)
    late = []
    granted.context.route("**/fbevents.js", lambda route: late.append(route))  # which comes after ours
    granted.go(f"/old-{place}/product/")
    granted.until(lambda: late, "the pixel's script was asked for")
    granted.context.unroute("**/fbevents.js")  # and it goes on
    granted.settled(*PASSED[mode]["names"], strangers=PASSED[mode]["strangers"])
    assert reported(granted, f"/old-{place}/product/") == CALLED


def test_old_snippet__that_was_faster_than_we_is_counted_and_the_next_page_is_ours(granted):
    late = []
    granted.context.route("**/capi.js", lambda route: late.append(route))
    granted.page.goto(granted.url + "/old-before/product/", wait_until="commit")
    granted.until(lambda: late and granted.hits("Contact"), "the snippet's hits arrived")
    granted.context.unroute("**/capi.js")
    theirs = [("Contact", "default"), ("Lead", OTHER), ("PageView", "default"), ("ViewContent", "default")]
    granted.settled(*OURS, strangers=[*theirs, ("Microdata", "default"), ("Microdata", OTHER)])
    assert reported(granted, "/old-before/product/") == CALLED
    granted.go("/bare/plain/")
    granted.settled(*OURS, "PageView", strangers=[*theirs, ("Microdata", "default"), ("Microdata", OTHER)])
