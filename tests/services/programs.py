"""What other processes do in these tests: ``python -m tests.services.programs NAME ARGUMENTS``.

Each says "ready", waits for a line, works, and prints one line of JSON.
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django

LIMIT = 20
GIVES_UP = 50  # seconds


def claim() -> list[int]:
    """Lease until nothing is due; the rows that were leased."""
    from capi_tracking.models import OutboxEvent, Priority

    taken: list[int] = []
    while found := OutboxEvent.objects.claim("default", Priority.NORMAL, limit=LIMIT, lease=timedelta(minutes=5))[1]:
        taken.extend(row.pk for row in found)
    return taken


def claim_and_hang(lease_milliseconds: str) -> list[int]:
    from capi_tracking.models import OutboxEvent, Priority

    lease = timedelta(milliseconds=int(lease_milliseconds))
    _, found = OutboxEvent.objects.claim("default", Priority.NORMAL, limit=LIMIT, lease=lease)
    print(json.dumps([row.pk for row in found]), flush=True)  # noqa: T201
    sys.stdin.readline()
    return []


def deliver() -> list[str]:
    """Send until nothing is due; the ids of what was sent."""
    from capi_tracking.delivery import deliver_due
    from capi_tracking.transports.local import MemoryTransport

    _small_batches()
    deliver_due("default", budget=timedelta(seconds=GIVES_UP))
    return [event["event_id"] for batch in MemoryTransport.sent for event in batch.events]


def sell(count: str) -> int:
    """Place so many paid orders, each with a line in a transaction of its own."""
    from django.db import transaction

    from tests.sales import add_line, new_order

    for _ in range(int(count)):
        with transaction.atomic():
            order = new_order()
            order.save()
            add_line(order, None)
    return int(count)


def work(count: str) -> int:
    """A worker beside a shop: sweep until so many rows are settled."""
    from capi_tracking.delivery import sweep
    from capi_tracking.models import OutboxEvent

    _small_batches()
    ends = time.monotonic() + GIVES_UP
    settled = 0
    while settled < int(count) and time.monotonic() < ends:
        sweep("default", budget=timedelta(seconds=1))
        settled = OutboxEvent.objects.exclude(settled_at=None).count()
    return settled


def _small_batches() -> None:
    from django.conf import settings

    settings.CAPI_TRACKING = {**settings.CAPI_TRACKING, "BATCH_SIZE": LIMIT}


def main(name: str, *arguments: str) -> None:
    programs: dict[str, Any] = {each.__name__: each for each in (claim, claim_and_hang, deliver, sell, work)}
    django.setup()
    from django.db import connection

    connection.ensure_connection()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    print(json.dumps(programs[name](*arguments)), flush=True)  # noqa: T201
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
