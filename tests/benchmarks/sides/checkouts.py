"""A shop that sells one order after the other, and gives up on any lock that takes too long."""

import time
from typing import Any

import django
from django.db import OperationalError, connection, transaction

from tests.benchmarks.sides import emit
from tests.benchmarks.sides.lines import serve

AT_ONCE = 50


def prepare(lock_milliseconds: int) -> None:
    emit.prepare()
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{lock_milliseconds}ms'")


def checkouts(seconds: float) -> dict[str, float]:
    """Sell for so long: milliseconds, how many met a lock, and how many left no row."""
    times: list[float] = []
    locked = recorded = 0
    before = rows()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for order in emit.unpaid(AT_ONCE):
            took, waited = checkout(order)
            times.append(took * 1000)
            locked += waited
    recorded = rows() - before
    times.sort()
    return {
        "count": len(times),
        "p99": times[int(len(times) * 0.99)],
        "slowest": times[-1],
        "locked": locked,
        "unrecorded": len(times) - recorded,
    }


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
