"""SQLite beside a worker: without these options half of the shop's own writes may fail."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.db import connections

from . import catalogue
from .given import quoted, sound

ENGINES = ("sqlite3", "spatialite")
ENOUGH_SECONDS = 20
USUAL_SECONDS = 5  # sqlite3's own
_asks_for_wal = re.compile(r"journal_mode\s*[=(]\s*['\"]?wal\b", re.IGNORECASE).search


def check_databases(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """The options of each SQLite database with an outbox. They are read, the database is not."""
    aliases = [alias for alias in sound("OUTBOX_DATABASES") if alias in connections]
    return [message for alias in aliases for message in _sqlite(alias, connections.databases[alias])]


def _sqlite(alias: str, database: dict[str, Any]) -> Iterator[CheckMessage]:
    if not str(database.get("ENGINE")).endswith(ENGINES):
        return
    texts = {"alias": alias, "quoted": quoted(alias)}
    options = database.get("OPTIONS")
    options = options if isinstance(options, dict) else {}
    if str(options.get("transaction_mode")).upper() not in {"IMMEDIATE", "EXCLUSIVE"}:
        yield catalogue.databases.NOT_IMMEDIATE(**texts)
    timeout = options.get("timeout", USUAL_SECONDS)
    if isinstance(timeout, int | float) and timeout < ENOUGH_SECONDS:
        yield catalogue.databases.SHORT_WAIT(seconds=f"{timeout:g}", **texts)
    if not _is_in_memory(str(database.get("NAME"))) and not _asks_for_wal(str(options.get("init_command"))):
        yield catalogue.databases.NO_WAL(**texts)


def _is_in_memory(name: str) -> bool:
    return name == ":memory:" or "mode=memory" in name
