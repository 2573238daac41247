"""Fixtures of the Oscar shop."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

if settings.SETTINGS_MODULE != "tests.oscar.settings":
    collect_ignore_glob = ["test_*.py"]  # another process runs them: tests/contrib/test_oscar.py


@pytest.fixture
def shop() -> Iterator[Callable[..., None]]:
    """Another shop for one test: changes members of the order's adapter."""
    from capi_tracking.contrib.oscar import OscarOrder, follow

    def change(**members: Any) -> None:
        follow(order=type("ShopOrder", (OscarOrder,), members))

    yield change
    follow()


@pytest.fixture
def capi(settings: Any) -> Callable[..., None]:
    """Change some of the app's settings for one test."""

    def change(**changes: Any) -> None:
        settings.CAPI_TRACKING = {**settings.CAPI_TRACKING, **changes}

    return change


@pytest.fixture
def taxed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices hold a fifth of tax beside what the shelf says."""
    from oscar.apps.partner.strategy import UK, Selector

    monkeypatch.setattr(Selector, "strategy", lambda self, request=None, user=None, **more: UK(request))
