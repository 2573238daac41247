"""A shop that sells one order after the other, and gives up on any lock that takes too long."""

import time
from typing import Any

import django
from django.db import OperationalError, connection, transaction

from tests.benchmarks.sides import emit
from tests.benchmarks.sides.lines import serve

AT_ONCE = 50
# On MariaDB the shortest wait is none at all; SQLite's is the one that docs/deploying.md asks for.
PATIENCE = {"postgresql": "SET lock_timeout = '50ms'", "mysql": "SET innodb_lock_wait_timeout = 0"}


def prepare() -> None:
    emit.prepare()
    if connection.vendor in PATIENCE:
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE[connection.vendor])


def checkouts(seconds: float) -> dict[str, Any]:
    """Sell for so long: milliseconds, how many met a lock, and how many left no row."""
    times: list[float] = []
    locked = 0
    before = rows()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for order in emit.unpaid(AT_ONCE):
            took, waited = checkout(order)
            times.append(took * 1000)
            locked += waited
    return {"times": times, "locked": locked, "unrecorded": len(times) - (rows() - before)}


def checkout(order: Any) -> tuple[float, bool]:
    began, locked = time.perf_counter(), False
    try:
        with transaction.atomic():
            emit.pay(order)
    except OperationalError:
        locked = True
    return time.perf_counter() - began, locked


def rows() -> int:
    """Of those that were recorded today: nobody prunes them."""
    from capi_tracking.models import OutboxEvent

    return OutboxEvent.objects.filter(status="pending").count()


if __name__ == "__main__":
    django.setup()
    serve(prepare, checkouts)
