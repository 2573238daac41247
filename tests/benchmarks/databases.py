"""A database for one benchmark: made on the server that was named, dropped at the end."""

import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.benchmarks.aims import Chosen
from tests.benchmarks.processes import Side, Stage

POSTGRESQL = "PostgreSQL"
MARIADB = "MariaDB"
SQLITE = "SQLite"
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings"}


class NoServer(Exception):
    """Nobody answers where the server should be."""


def reach(url: str) -> None:
    """Raises :class:`NoServer` if nobody listens there."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=5).close()
    except OSError:
        raise NoServer(f"no server at {address.hostname}:{address.port}") from None


@contextmanager
def database(at: Stage, vendor: str, chosen: Chosen) -> Iterator[str]:
    """The address of a new one, empty."""
    name = f"capi_benchmark_{uuid.uuid4().hex[:12]}"
    if vendor == SQLITE:
        yield f"sqlite:///{at.folder / name}.sqlite3"
        return
    url = chosen.servers.postgresql if vendor == POSTGRESQL else chosen.servers.mariadb
    reach(url)
    server = at.side("server", DATABASE_URL=url, **SETTINGS)
    server("create", name=name)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        server("drop", name=name)


def ours(at: Stage, module: str, url: str, **env: str) -> Side:
    """A side of ours on that database."""
    return at.side(module, DATABASE_URL=url, **SETTINGS, **env)
