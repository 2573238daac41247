"""Before the demo starts: do the database and the broker answer, and are the database's tables this version's?"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.models import Model
from kombu import Connection
from kombu.exceptions import OperationalError

from demo_project.runner.processes import DemoFailed

BROKER_SECONDS = 4
MYSQL_UNKNOWN_DATABASE = 1049
SQLITE_MAIN_CODE = 0xFF  # the rest of a code tells more of the same


def need_database() -> None:
    """Raise ``DemoFailed`` with what to do if it does not let us in."""
    try:
        connection.ensure_connection()
        refuse_damaged()
    except DatabaseError as error:
        if is_damage(error):
            raise damaged(first_line(error)) from error
        if is_missing(error):
            raise DemoFailed(f"The database {name()} does not exist. Create it: {creation()}") from error
        start = "" if connection.vendor == "sqlite" else "Start it, or mend "
        raise DemoFailed(f"No database at {place()} ({first_line(error)}). {start or 'Mend '}DATABASE_URL.") from error


def need_broker() -> None:
    """Raise ``DemoFailed`` if nobody takes messages; the embedded one needs nobody."""
    url = settings.CELERY_BROKER_URL
    if url.startswith("filesystem:"):
        return
    with Connection(url, connect_timeout=BROKER_SECONDS) as broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
        except (OperationalError, ValueError, *broker.connection_errors, *broker.channel_errors) as error:
            where, text = urlsplit(url).netloc.rpartition("@")[2] or "localhost", first_line(error)
            raise DemoFailed(f"No broker at {where} ({text}). Start it, or mend CELERY_BROKER_URL.") from error


def refuse_damaged() -> None:
    """Read SQLite's file once through: what is broken in the middle of it would else be found in the middle of a page."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        (found,) = cursor.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise damaged(found.split("\n")[-1])


def is_damage(error: DatabaseError) -> bool:
    """Is the file itself broken, or none of SQLite's?"""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & SQLITE_MAIN_CODE
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def damaged(reason: str) -> DemoFailed:
    return DemoFailed(f"The database {name()} is damaged ({reason}). Start with an empty one: {remedy()}")


@contextmanager
def fitting() -> Iterator[None]:
    """Migrate and fill the database inside: tables of another version are told with what to do about them."""
    try:
        yield
    except (DatabaseError, InconsistentMigrationHistory) as error:
        raise misfit(first_line(error)) from error


def refuse_misfit() -> None:
    """After migrating: an early version's tables may lack columns although every migration counts as applied."""
    if missing := missing_columns():
        raise misfit(f"it has no {missing[0]}")


def misfit(reason: str) -> DemoFailed:
    return DemoFailed(f"This version of the demo can't use the database: {reason}. Start with an empty one: {remedy()}")


def missing_columns() -> list[str]:
    """What the models have and the tables lack; a table's own name if it is not there at all."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        models = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
        absent = [model._meta.db_table for model in models if model._meta.db_table not in tables]
        return absent or [missing for model in models for missing in lacking(cursor, model)]


def lacking(cursor: Any, model: type[Model]) -> list[str]:
    table = model._meta.db_table
    found = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    return [f"{table}.{field.column}" for field in model._meta.local_concrete_fields if field.column not in found]


def remedy() -> str:
    """How to come by an empty database."""
    if connection.vendor == "sqlite" and Path(name()).parent == Path(settings.DEMO_DIR):
        return "python manage.py demo --reset"
    return emptying()


def emptying() -> str:
    """The same where the database is not the demo's own file."""
    return f"rm {name()}" if connection.vendor == "sqlite" else f"{removal()} && {creation()}"


def is_missing(error: DatabaseError) -> bool:
    cause = error.__cause__
    if connection.vendor == "mysql":
        return bool(cause) and cause.args[0] == MYSQL_UNKNOWN_DATABASE
    return f'database "{name()}" does not exist' in str(error)


def creation() -> str:
    if connection.vendor == "mysql":
        return mariadb(f"CREATE DATABASE {name()} CHARACTER SET utf8mb4")
    return f"createdb {server()} {name()}"


def removal() -> str:
    if connection.vendor == "mysql":
        return mariadb(f"DROP DATABASE {name()}")
    return f"dropdb {server()} {name()}"


def mariadb(statement: str) -> str:
    return f'mariadb {server()} -p -e "{statement}"'


def server() -> str:
    """The client's options: host, port, user."""
    given = connection.settings_dict
    port = "-P" if connection.vendor == "mysql" else "-p"
    options = {"-h": given["HOST"], port: given["PORT"], "-u" if connection.vendor == "mysql" else "-U": given["USER"]}
    return " ".join(f"{option} {value}" for option, value in options.items() if value)


def name() -> str:
    return str(connection.settings_dict["NAME"])


def place() -> str:
    given = connection.settings_dict
    return f"{given['HOST']}:{given['PORT']}".rstrip(":") or name()


def first_line(error: Exception) -> str:
    """The first line with words in it, without the brackets of an exception's arguments."""
    cause = error.__cause__ or error
    words = cause.args[1] if len(cause.args) > 1 else cause
    return next((line.strip(" .") for line in str(words).splitlines() if line.strip()), type(error).__name__)
