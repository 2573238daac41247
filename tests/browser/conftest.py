"""One Chromium for all browser tests, a fresh context for each of them."""

import signal

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, override_settings

from capi_tracking.sandbox import Sandbox
from tests.browser import chromium, pages
from tests.browser.demo import Demo
from tests.browser.pages import alone
from tests.browser.shop import PIXEL, SOURCE, Shop

PATIENCE_MS = 10_000


@pytest.fixture(scope="package")
def browser():
    """A running Chromium. It lives as long as this folder's tests: Playwright's loop would disturb the others."""
    with chromium.running() as started:
        yield started


@pytest.fixture
def page(browser):
    """An empty page in a context of its own: no cookie, no storage, no cache."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="package")
def running_demo(browser, tmp_path_factory):
    """The demo, started by its command, one for all tests that walk through it."""
    folder = tmp_path_factory.mktemp("demo")
    with Demo(folder) as demo:
        yield demo
        demo.signal(signal.SIGINT)
        assert demo.end() == 0, demo.output


# -- the tiny shop ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sandbox():
    with Sandbox(pixels=[PIXEL]) as running:
        yield running


@pytest.fixture(scope="module")
def shop_pages():
    """For the whole module: a beacon may come late, when a test's own settings are gone already."""
    with override_settings(ROOT_URLCONF="tests.browser.pages"):
        yield


@pytest.fixture
def open_shop(browser, shop_pages, live_server, transactional_db, sandbox, capi):
    """Opens the live shop for one more visitor: another context, which shares no cookie with the others."""
    capi(PIXEL_SCRIPT_URL=f"{sandbox.url}/fbevents.js")
    cache.clear()
    pages.is_open.set()
    visitors = []

    def opened(url=live_server.url, *, by=browser, **options):
        return Shop(url, sandbox, by.new_context(**options), visitors)

    yield opened
    for visitor in visitors:
        visitor.context.clear_cookies()  # without consent nothing is sent while leaving
        visitor.context.close()
    with pages.one_at_a_time:
        pages.is_open.clear()
        cache.clear()
    assert not [fault for visitor in visitors for fault in visitor.faults]


@pytest.fixture
def shop(open_shop):
    return open_shop()


@pytest.fixture
def granted(shop):
    shop.grant()
    return shop


@pytest.fixture
def log_in():
    """A visitor with the session of that user, as the log-in's own answer leaves the browser."""

    def done(shop, **user):
        source = SOURCE.read_text()
        assert "VISITOR_MS = 1000" in source
        shop.serve(
            source.replace("VISITOR_MS = 1000", "VISITOR_MS = 9000")
        )  # on a busy machine, hashes take their time
        person = alone(lambda: User.objects.create_user("jo", **user))
        client = Client()
        alone(lambda: client.force_login(person))
        names = {name: morsel.value for name, morsel in client.cookies.items()}
        shop.context.add_cookies([{"name": name, "value": text, "url": shop.url} for name, text in names.items()])
        return person

    return done
