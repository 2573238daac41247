"""Meta took a batch: that is recorded in spite of a database that stumbles."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from capi_tracking.delivery import deliver_due, insisting
from capi_tracking.delivery.insisting import PAUSES, insist
from capi_tracking.transports.local import ScriptedTransport
from tests.delivery.clock import Clock
from tests.outbox_rows import make_row, statuses

FILE = "file"
LOCKED, CLOSED = OperationalError("database is locked"), InterfaceError("connection already closed")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(insisting, "time", clock)
    return clock


@pytest.fixture
def file(tmp_path: Path) -> Iterator[str]:
    """The alias of a database whose connection can be lost."""
    place = {"NAME": str(tmp_path / "file.sqlite3"), "OPTIONS": {}}
    connections[FILE] = DatabaseWrapper(deepcopy(connection.settings_dict) | place, FILE)
    yield FILE
    connections[FILE].close()
    del connections[FILE]


class Recording:
    """Fails as often as it is told to, then has recorded three rows."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    def __call__(self) -> int:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return 3


def test_insist__waits_longer_each_time_and_three_seconds_at_most() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert sum(PAUSES) <= 3


@pytest.mark.parametrize("error", [LOCKED, CLOSED])
def test_insist__tries_again_after_each_pause_until_it_is_recorded(file: str, error: Exception, clock: Clock) -> None:
    record, began = Recording(*[error] * len(PAUSES)), clock.now
    assert insist(record, file) == 3
    assert record.tries == len(PAUSES) + 1
    assert clock.now == pytest.approx(began + sum(PAUSES))


@pytest.mark.parametrize("error", [LOCKED, CLOSED])
def test_insist__gives_up_where_the_database_stays_away(file: str, error: Exception) -> None:
    record = Recording(*[error] * 99)
    with pytest.raises(type(error)):
        insist(record, file)
    assert record.tries == len(PAUSES) + 1


def test_insist__does_not_repeat_what_would_fail_again(file: str) -> None:
    record = Recording(IntegrityError("no such attempt"))
    with pytest.raises(IntegrityError):
        insist(record, file)
    assert record.tries == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_insist__connects_anew_where_the_connection_is_lost(file: str, kind: type[Exception]) -> None:
    connections[file].ensure_connection()
    connections[file].connection.close()

    def record() -> int:
        try:
            with connections[file].cursor() as cursor:
                return int(cursor.execute("SELECT 3").fetchone()[0])
        except ProgrammingError as error:  # what SQLite calls a lost connection
            raise kind("server closed the connection unexpectedly") from error

    assert insist(record, file) == 3


@pytest.fixture
def stumbling() -> Iterator[Callable[[Exception], None]]:
    """The next statement that would record a sent row fails."""
    todo: list[Exception] = []

    def stumble(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "sent_at" in sql and sql.startswith("UPDATE") and todo:
            raise todo.pop()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(stumble):
        yield todo.append


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [LOCKED, CLOSED])
def test_deliver__what_meta_took_is_sent_once_though_the_database_stumbled(
    stumbling: Callable[[Exception], None], error: Exception
) -> None:
    make_row()
    stumbling(error)
    transport = ScriptedTransport()
    assert deliver_due("default", transport=transport).delivered == 1
    assert statuses() == {"e1": "sent"}
    assert len(transport.sent) == 1
