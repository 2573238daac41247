"""A page view for each page that a visitor sees, without a new page or with one, and the traps of the pixel's own."""

import pytest

from tests.browser.pages import until
from tests.browser.shop import SOURCE
from tests.browser.visiting import views_by_id

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
