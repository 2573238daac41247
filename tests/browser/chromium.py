"""A Chromium for tests that look at real pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright import sync_api as playwright

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
    # This replaces Playwright's own list. The first three cost each context two more pages, those of the address bar.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,SpareRendererForSitePerProcess,"
    "DestroyProfileOnBrowserClose,HttpsUpgrades,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,"
    "PaintHolding,PreconnectToSearch",
)


def chromium_path():
    path = next((found for found in map(shutil.which, CHROMIUM_NAMES) if found), None)
    return path or pytest.fail(f"no Chromium on PATH (looked for {', '.join(CHROMIUM_NAMES)})")


@contextmanager
def running() -> Iterator[playwright.Browser]:
    """Started, and closed in the end."""
    path = chromium_path()
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright's synchronous API runs a loop in this thread, and Django takes its presence for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as engine:
        started = engine.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
