"""One Chromium for all browser tests, a fresh context for each of them."""

import os
import shutil
import signal

import pytest
from playwright import sync_api as playwright

from tests.browser.demo import Demo

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 10_000


@pytest.fixture(scope="package")
def browser():
    """A running Chromium. It lives as long as this folder's tests: Playwright's loop would disturb the others."""
    path = next((found for found in map(shutil.which, CHROMIUM_NAMES) if found), None)
    if not path:
        pytest.fail(f"no Chromium on PATH (looked for {', '.join(CHROMIUM_NAMES)})")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright's synchronous API runs a loop in this thread, and Django takes its presence for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as engine:
        running = engine.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


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
