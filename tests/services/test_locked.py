"""SQLite's "database is locked": with the documented options there is none, worker and shop writing together."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import pytest
from django.db import OperationalError, connections, transaction

from capi_tracking.models import OutboxEvent
from demo_project.shop.models import Order
from tests.outbox_rows import make_rows
from tests.services.servers import SQLITE, shares_a_database, wants
from tests.services.side_by_side import processes

pytestmark = shares_a_database

ORDERS = 60


def test_worker_and_shops__write_together_without_an_error(shared: str, url_of: Callable[..., str]) -> None:
    total = 2 * ORDERS
    with processes(url_of(shared), ("sell", str(ORDERS)), ("sell", str(ORDERS)), ("work", str(total))) as started:
        for process in started:
            process.go()
        said = [json.loads(process.finish()) for process in started]
    assert said == [ORDERS, ORDERS, total]
    assert Order.objects.using(shared).count() == total
    assert OutboxEvent.objects.using(shared).count() == total


@wants(SQLITE)
@pytest.mark.parametrize(("mode", "locked"), [("DEFERRED", True), ("IMMEDIATE", False)])
def test_shop__that_reads_first_is_locked_out_unless_its_transactions_are_immediate(
    shared: str, monkeypatch: pytest.MonkeyPatch, mode: str, locked: bool
) -> None:
    """Why the option is documented: no timeout helps the other mode."""
    connection = connections[shared]
    connection.ensure_connection()
    monkeypatch.setattr(connection, "transaction_mode", mode)
    worker = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    with closing(worker), suppress(OperationalError), transaction.atomic(using=shared):
        OutboxEvent.objects.using(shared).exists()
        with suppress(sqlite3.OperationalError):  # beside an immediate one it waits its twenty seconds
            worker.execute("PRAGMA user_version = 7")  # any write
        make_rows(1, using=shared)
    assert OutboxEvent.objects.using(shared).exists() is not locked
