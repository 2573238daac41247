"""A cell with servers of its own leaves out what says the same without one, and nothing else."""

from types import SimpleNamespace

import pytest

from tests.cells import asks_a_server, keep_what_asks


def item(nodeid="tests/test_x.py::test_y", *, fixtures=(), marks=()):
    return SimpleNamespace(
        nodeid=nodeid, fixturenames=list(fixtures), get_closest_marker=lambda name: name if name in marks else None
    )


@pytest.mark.parametrize(
    "asks",
    [
        item(fixtures=["db"]),
        item(fixtures=["settings", "transactional_db"]),
        item(marks=["django_db"]),
        item("tests/services/test_x.py::test_y"),
        item("tests/brokers/test_x.py::test_y"),
    ],
)
def test_cell__runs_what_asks_a_server(asks):
    assert asks_a_server(asks)


def test_cell__leaves_out_what_asks_none_and_tells_how_many():
    told = []
    config = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: told.extend(items)))
    with_database, pure = item(fixtures=["db"]), item(fixtures=["settings"])
    items = [pure, with_database]
    keep_what_asks(config, items)
    assert (items, told) == ([with_database], [pure])
