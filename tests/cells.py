"""Which tests a cell with servers of its own runs: those that ask its database or its broker.

The others say the same in every cell, and have said it in the first: half of the suite, which needs no server.
"""

import os

import pytest

SERVED = ("tests/services/", "tests/brokers/", "tests/demo/test_servers.py", "tests/contrib/test_oscar.py")
DATABASE = {"db", "transactional_db"}


def is_served() -> bool:
    """Whether this run is such a cell."""
    return bool(os.environ.get("CAPI_CELL_VENDOR"))


def asks_a_server(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return (
        item.nodeid.startswith(SERVED) or bool(DATABASE & fixtures) or item.get_closest_marker("django_db") is not None
    )


def keep_what_asks(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the others."""
    others = [item for item in items if not asks_a_server(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if asks_a_server(item)]
