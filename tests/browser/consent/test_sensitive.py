"""Pages that the shop calls sensitive: neither side fires there, and no other page tells of them."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUSH = "path => history.pushState({}, '', path)"
OTHERS = "fbq('track', 'Contact'); capi.track('Contact')"


@pytest.fixture
def quiet(granted, capi):
    """A page with things to click, from which the visitor goes on without loading another."""
    capi(SENSITIVE_PAGES=["/shop/test-results/*", "/shop/*/diagnosis/", "/ärzte/*"])
    granted.go("/shop/product/")
    granted.paired("ViewContent")
    granted.until(lambda: not granted.page.evaluate("fbq.queue.length"), "the pixel is there")
    return granted


@pytest.mark.parametrize(
    "path",
    [
        "/shop/test-results/",
        "/shop/test-results/7/",
        "/shop/kites/diagnosis/?page=2",
        "/ärzte/",
        "/%c3%a4rzte/",
        "/sh%6Fp/test-results/",
    ],
)
def test_sensitive_page__fires_nothing_whatever_is_done_there(quiet, path):
    quiet.page.wait_for_timeout(400)  # the receipts of what was fired before
    before = len(quiet.asked)
    quiet.page.evaluate(PUSH, path)
    quiet.page.click("#wish b")
    quiet.page.evaluate(OTHERS)
    quiet.page.wait_for_timeout(400)
    assert quiet.asked[before:] == []
    assert "diagnosis" not in path or quiet.page.evaluate("location.search") == "?page=2"


def test_sensitive_page__is_named_by_its_whole_path(quiet):
    quiet.page.evaluate(PUSH, "/shop/about/test-results/")
    quiet.until(lambda: len(quiet.hits("PageView")) == 2, "another page is no sensitive one")


def test_page_after__tells_of_itself_and_not_where_the_visitor_came_from(quiet):
    quiet.page.evaluate(PUSH, "/shop/test-results/7/")
    quiet.page.evaluate("location.href = '/shop/next/'")
    quiet.page.wait_for_url("**/shop/next/")
    quiet.until(lambda: len(quiet.hits("PageView")) == 2, "the next page's view arrived")
    assert quiet.hits("PageView")[-1]["params"]["rl"] == f"{quiet.url}/"
    quiet.until(lambda: quiet.beacons()[-1]["referrer"] == f"{quiet.url}/", "the relay is told the origin alone")
    assert "test-results" not in str(quiet.beacons()) + str(quiet.sandbox.events)
