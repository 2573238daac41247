"""One PageView a real navigation, and no island twice, whatever carries the visitor from page to page."""

import pytest

from tests.browser.chromium import FLAGS, chromium_path
from tests.browser.matrix import pages, unattended
from tests.browser.pages import until
from tests.browser.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SWAPPERS = ["htmx2", "htmx4", "turbo"]


def follow(shop, link):
    shop.page.click(f"#{link}")
    shop.page.wait_for_selector(f"h1:text-is('{link.title()}')")


def go_back(shop, heading):
    shop.page.evaluate("history.back()")
    shop.page.wait_for_selector(f"h1:text-is('{heading.title()}')")


def keeps_its_document(shop):
    return shop.page.evaluate("Boolean(window.isSame)")


# -- with a library that swaps the body --------------------------------------------------------------------------------


@pytest.fixture
def product(granted):
    """Opens the product page in a dress, and marks the document."""

    def opened(dress):
        granted.go(f"/{dress}/product/")
        granted.settled("PageView", "ViewContent")
        granted.page.evaluate("window.isSame = true")
        return granted

    return opened


@pytest.mark.parametrize("dress", SWAPPERS)
def test_boost__pairs_the_view_and_the_island_of_each_page(product, dress):
    shop = product(dress)
    follow(shop, "plain")
    shop.settled("PageView", "PageView", "ViewContent")
    follow(shop, "measure")
    shop.settled("PageView", "PageView", "PageView", "ViewContent", "RingSizeMeasured")
    assert keeps_its_document(shop)


@pytest.mark.parametrize("dress", ["htmx2", "turbo"])
def test_snapshot__is_a_visit_whose_islands_have_fired(product, dress):
    shop = product(dress)
    follow(shop, "plain")
    shop.settled("PageView", "PageView", "ViewContent")
    go_back(shop, "product")
    shop.settled("PageView", "PageView", "PageView", "ViewContent")
    assert keeps_its_document(shop)


def test_back_by_htmx_4__fetches_the_page_anew_and_its_island_fires_as_on_any_visit(product):
    shop = product("htmx4")
    follow(shop, "plain")
    shop.settled("PageView", "PageView", "ViewContent")
    go_back(shop, "product")
    shop.settled("PageView", "PageView", "PageView", "ViewContent", "ViewContent")
    assert keeps_its_document(shop)


def test_preview_by_turbo__fires_nothing_and_the_page_that_follows_fires_once(product):
    shop = product("turbo")
    follow(shop, "plain")
    shop.settled("PageView", "PageView", "ViewContent")
    shop.page.evaluate(
        "addEventListener('turbo:render', () => { window.hadPreview ||= 'turboPreview' in document.documentElement.dataset })"
    )
    follow(shop, "product")
    shop.settled("PageView", "PageView", "PageView", "ViewContent", "ViewContent")
    assert shop.page.evaluate("window.hadPreview")
    assert keeps_its_document(shop)


@pytest.mark.parametrize(("dress", "name"), [("htmx2", "swap"), ("htmx4", "swap"), ("turbo", "frame")])
def test_swap__fires_the_islands_and_hears_the_elements_that_it_brings_and_is_no_visit(granted, dress, name):
    granted.go(f"/{dress}/{name}/")
    granted.settled("PageView")
    granted.page.click("#swap")
    granted.page.click("#wish")
    granted.settled("PageView", "ViewContent", "AddToWishlist")


def test_morph_by_htmx_4__runs_the_scripts_that_it_brings_anew_so_the_island_fires_as_with_any_swap(granted):
    granted.go("/htmx4/morph/")
    granted.settled("PageView", "ViewContent")
    granted.page.click("#swap")
    granted.settled("PageView", "ViewContent", "ViewContent")
    granted.page.click("#wish")
    granted.settled("PageView", "ViewContent", "ViewContent", "AddToWishlist")


def test_refresh_by_turbo_morph__keeps_the_island_and_fires_it_no_more(granted):
    granted.go("/morphing/refresh/")
    granted.settled("PageView", "ViewContent")
    granted.page.evaluate(
        "new Promise((done) => { addEventListener('turbo:morph', done, {once: true}); Turbo.session.refresh(location.href) })"
        ".then(() => 1)"
    )
    granted.page.click("#wish")
    granted.settled("PageView", "ViewContent", "AddToWishlist")


# -- by the browser itself ---------------------------------------------------------------------------------------------


def test_reload__is_a_visit_with_new_ids(granted):
    granted.go("/bare/product/")
    first = granted.settled("PageView", "ViewContent")
    granted.page.reload()
    both = granted.settled("PageView", "ViewContent", "PageView", "ViewContent")
    assert set(first["ViewContent"]) < set(both["ViewContent"])


def test_new_tab__is_a_visit_of_the_same_visitor(granted):
    granted.go("/bare/plain/")
    granted.settled("PageView")
    fbp = granted.cookies()["_fbp"]["value"]
    with granted.context.expect_page():
        granted.page.click("#product", modifiers=["Control"])
    granted.settled("PageView", "PageView", "ViewContent")
    assert {hit["params"]["fbp"] for hit in granted.sandbox.events} == {fbp}


def test_history__counts_each_address_of_a_single_page_shop_and_each_way_back(granted):
    granted.go("/bare/product/")
    granted.settled("PageView", "ViewContent")
    granted.page.evaluate("history.pushState({}, '', '/bare/elsewhere/'); history.replaceState({}, '', '?page=2')")
    granted.page.evaluate("history.pushState({}, '', '#part')")
    granted.settled("PageView", "PageView", "ViewContent")
    granted.page.evaluate("history.go(-2)")
    granted.settled("PageView", "PageView", "PageView", "ViewContent")


@pytest.fixture
def keeping(browser):
    """A browser that keeps the pages that are left, which its driver forbids by default."""
    engine, path = browser.browser_type, chromium_path()
    kept = engine.launch(executable_path=path, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"])
    yield kept
    kept.close()


def test_page_kept_in_memory__is_a_visit_whose_islands_have_fired(keeping, open_shop):
    restoring = open_shop(by=keeping)
    restoring.grant()
    restoring.go("/bare/product/")
    restoring.settled("PageView", "ViewContent")
    restoring.page.evaluate("addEventListener('pageshow', (event) => { window.wasKept = event.persisted })")
    follow(restoring, "plain")
    restoring.settled("PageView", "PageView", "ViewContent")
    restoring.page.go_back(wait_until="commit")
    restoring.settled("PageView", "PageView", "PageView", "ViewContent")
    assert restoring.page.evaluate("window.wasKept") is True


class Unattended(Shop):
    """What arrived, of a visitor whose browser nobody drives."""

    def __init__(self, url, sandbox):
        self.url, self.sandbox, self.visitors = url, sandbox, []

    def until(self, check, what):
        return until(check, what)

    def flying(self):
        return 0


def test_prerendered_page__fires_nothing_until_it_is_shown_and_then_once(open_shop, tmp_path):
    opened = open_shop()
    shop = Unattended(opened.url, opened.sandbox)
    pages.heard.clear()
    pages.may_go.clear()
    with unattended.chromium(tmp_path, f"{shop.url}/granting/prerender/plain/"):
        shop.until(lambda: sorted(pages.heard) == ["drawn ahead", "shown"], "the page was drawn ahead")
        shop.settled("PageView")
        pages.may_go.set()
        shop.settled("PageView", "PageView", "ViewContent")
    assert sorted(pages.heard) == ["drawn ahead", "shown"], "it was drawn once"


def test_prefetched_page__fires_nothing_until_it_is_visited(granted):
    with granted.context.expect_event("response", lambda answer: answer.url.endswith("/ahead/product/")) as fetched:
        granted.go("/prefetch/plain/")
    assert fetched.value.request.all_headers()["sec-purpose"] == "prefetch"
    granted.settled("PageView")
    granted.page.click("#ahead")
    granted.settled("PageView", "PageView", "ViewContent")
