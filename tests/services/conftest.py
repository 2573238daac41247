"""A second database beside the default one. On SQLite it is a file, which other processes can open."""

import tempfile
from collections.abc import Callable, Generator
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection, connections

from tests.services.servers import DOCUMENTED, MARIADB, POSTGRESQL, SECOND, SHARED, SQLITE

SCHEMES = {POSTGRESQL: "postgres", MARIADB: "mysql"}

_folder = tempfile.TemporaryDirectory(prefix="capi-services-")


def pytest_unconfigure() -> None:
    _folder.cleanup()


def _second_database() -> dict[str, Any]:
    """As pytest-django sets it up for the tests that are marked to use it."""
    settings = deepcopy(connections.databases["default"])
    if connection.vendor == SQLITE:
        path = str(Path(_folder.name) / "second.sqlite3")
        return settings | {"OPTIONS": DOCUMENTED, "TEST": settings["TEST"] | {"NAME": path}}
    return settings | {"NAME": f"{settings['NAME']}_second"}


connections.databases[SECOND] = _second_database()


class OnlyHere:
    """The tests of other folders run in a project with one database."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        if item.path.parent == Path(__file__).parent:
            return (yield)
        hidden = connections.databases.pop(SECOND)
        try:
            return (yield)
        finally:
            connections.databases[SECOND] = hidden


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    config.pluginmanager.register(OnlyHere())


@pytest.fixture
def shared(capi: Callable[..., None]) -> str:
    """The alias of an outbox that other threads and processes can open."""
    capi(OUTBOX_DATABASES=[SHARED])
    return SHARED


@pytest.fixture
def url_of() -> Callable[..., str]:
    """The DATABASE_URL by which another process opens the database of an alias."""

    def url(alias: str, query: str = "") -> str:
        settings = connections[alias].settings_dict
        if connections[alias].vendor == SQLITE:
            return f"sqlite:///{settings['NAME']}"
        account = quote(settings["USER"]) + (f":{quote(settings['PASSWORD'])}" if settings["PASSWORD"] else "")
        place = f"{settings['HOST'] or '127.0.0.1'}" + (f":{settings['PORT']}" if settings["PORT"] else "")
        return f"{SCHEMES[connections[alias].vendor]}://{account}@{place}/{settings['NAME']}{query}"

    return url
