"""Fixtures of the Oscar shop."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

if settings.SETTINGS_MODULE != "tests.oscar.settings":
    collect_ignore_glob = ["test_*.py"]  # another process runs them: tests/test_oscar.py


@pytest.fixture
def shop() -> Iterator[Callable[..., None]]:
    """Another shop for one test: changes members of the order's adapter."""
    from capi_tracking.contrib.oscar import OscarOrder, follow

    def change(**members: Any) -> None:
        follow(order=type("ShopOrder", (OscarOrder,), members))

    yield change
    follow()
