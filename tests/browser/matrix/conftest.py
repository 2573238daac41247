"""Two pixels, the matrix' pages, and a shop that watches its visitors' consoles."""

import pytest
from django.test import override_settings

from capi_tracking.sandbox import Sandbox
from tests.browser.matrix import libraries
from tests.browser.matrix.dresses import OTHER
from tests.browser.shop import PIXEL


@pytest.fixture
def sandbox():
    with Sandbox(pixels=[PIXEL, OTHER]) as running:
        yield running


@pytest.fixture(scope="module")
def shop_pages():
    with override_settings(ROOT_URLCONF="tests.browser.matrix.pages"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _libraries():
    """Fails at once where htmx or Turbo is not there."""
    for name in libraries.PACKAGES:
        libraries.text_of(name)
