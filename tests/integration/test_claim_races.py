"""Several workers at one outbox, on a database file that each thread opens for itself."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.models import Model

from capi_tracking.delivery import Report, deliver_due
from capi_tracking.models import DeliveryAttempt, OutboxEvent, Pixel, Priority, Status
from capi_tracking.transports.local import ScriptedTransport
from tests.outbox_rows import make_rows

WORKERS = 4
ROWS = 300
MODELS: list[type[Model]] = [DeliveryAttempt, OutboxEvent, Pixel]


@pytest.fixture
def file_database(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """As a shop's: WAL, IMMEDIATE, twenty seconds."""
    alias = "on_file"
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}
    connections.databases[alias] = {
        **connections.databases["default"],
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "outbox.sqlite3"),
        "OPTIONS": options,
    }
    with django_db_blocker.unblock():
        with connections[alias].schema_editor() as editor:
            for model in MODELS:
                editor.create_model(model)
        make_rows(ROWS, using=alias)
        yield alias
        connections[alias].close()
    del connections[alias]
    del connections.databases[alias]


def run(work: Callable[[], None], alias: str) -> None:
    """In several threads at once; what goes wrong in one fails the test."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections[alias].close()

    threads = [threading.Thread(target=guarded) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_claim__two_workers_never_hold_the_same_row(file_database: str) -> None:
    taken: list[int] = []

    def drain() -> None:
        events = OutboxEvent.objects.using(file_database)
        while found := events.claim("default", Priority.NORMAL, limit=7, lease=timedelta(minutes=5))[1]:
            taken.extend(row.pk for row in found)

    run(drain, file_database)
    assert len(taken) == ROWS
    assert max(Counter(taken).values()) == 1


def test_deliver_due__workers_side_by_side_send_each_event_once(file_database: str, capi: Any) -> None:
    capi(BATCH_SIZE=10)
    Pixel.objects.using(file_database).create(alias="default")
    transport, reports = ScriptedTransport(), []

    run(lambda: reports.append(deliver_due(file_database, transport=transport)), file_database)

    ids = Counter(event["event_id"] for batch in transport.sent for event in batch.events)
    assert len(ids) == ROWS
    assert set(ids.values()) == {1}
    assert sum(reports, Report()).delivered == ROWS
    assert set(OutboxEvent.objects.using(file_database).values_list("status", flat=True)) == {Status.SENT}
