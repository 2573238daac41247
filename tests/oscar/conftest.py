"""Fixtures of the Oscar shop.

``python -m pytest --ds=tests.oscar.settings --confcutdir=tests/oscar -n 0 tests/oscar``
"""

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What Oscar itself calls in an old way is not ours to mend."""
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:Using Category"))
