"""Several processes at one outbox, on whatever database this run has."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from capi_tracking.models import OutboxEvent, Priority, Status
from tests.outbox_rows import make_rows
from tests.services.servers import MARIADB, shares_a_database, wants_a_server
from tests.services.side_by_side import Worker, processes
from tests.waiting import until

pytestmark = shares_a_database

WORKERS = 3
ROWS = 600

ISOLATIONS = ["", "?isolation_level=repeatable%20read"] if connection.vendor == MARIADB else [""]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_claim__no_two_processes_ever_hold_the_same_row(
    shared: str, url_of: Callable[..., str], isolation: str
) -> None:
    make_rows(ROWS, using=shared)
    with processes(url_of(shared, isolation), *[("claim",)] * WORKERS) as workers:
        for worker in workers:
            worker.go()
        taken = Counter(pk for worker in workers for pk in json.loads(worker.finish()))
    assert set(taken.values()) == {1}
    assert len(taken) == ROWS


def test_deliver_due__processes_side_by_side_send_each_event_once(shared: str, url_of: Callable[..., str]) -> None:
    make_rows(ROWS, using=shared)
    with processes(url_of(shared), *[("deliver",)] * WORKERS) as workers:
        for worker in workers:
            worker.go()
        sent = Counter(event_id for worker in workers for event_id in json.loads(worker.finish()))
    assert len(sent) == ROWS
    assert set(sent.values()) == {1}
    assert set(OutboxEvent.objects.using(shared).values_list("status", flat=True)) == {Status.SENT}


def test_claim__what_a_killed_process_held_comes_back_once_its_lease_is_over(
    shared: str, url_of: Callable[..., str]
) -> None:
    make_rows(5, using=shared)
    events = OutboxEvent.objects.using(shared)
    with processes(url_of(shared), ("claim_and_hang", "1500")) as (worker,):
        worker.go()
        held = json.loads(worker.read())
        at_once = events.claim("default", Priority.NORMAL, limit=10, lease=timedelta(minutes=5))[1]
        worker.kill()
    later = until(lambda: events.claim("default", Priority.NORMAL, limit=10, lease=timedelta(minutes=5))[1])
    assert (len(held), at_once) == (5, [])
    assert sorted(row.pk for row in later) == held
    assert {row.leases for row in later} == {1}


@wants_a_server()
def test_claim__passes_over_what_another_transaction_has_locked(shared: str) -> None:
    make_rows(2, using=shared)
    locked, free = OutboxEvent.objects.order_by("pk")

    def claim_beside() -> list[int]:
        found = OutboxEvent.objects.claim("default", Priority.NORMAL, limit=10, lease=timedelta(minutes=5))[1]
        return [row.pk for row in found]

    with transaction.atomic():
        OutboxEvent.objects.select_for_update().get(pk=locked.pk)
        assert Worker(claim_beside).outcome() == [free.pk]
