"""Pruning goes on while a shop sells: no checkout waits for it, none is lost to it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from capi_tracking.models import OutboxEvent, Status
from capi_tracking.models.database import slices
from capi_tracking.privacy import Cleared, prune
from demo_project.shop.models import Order
from tests.outbox_rows import make_rows
from tests.sales import add_line, new_order
from tests.services.servers import shares_a_database, wants_a_server
from tests.services.side_by_side import Worker, processes, wait_for

pytestmark = shares_a_database

DAY = timedelta(days=1)
OLD = 400  # rows of each kind
ORDERS = 40


def make_history(using: str) -> None:
    """Half of it is to be redacted, half to be deleted."""
    now = timezone.now()
    done = {"using": using, "status": Status.SENT, "due_at": None}
    make_rows(OLD, settled_at=now - 3 * DAY, **done)
    make_rows(OLD, first=OLD + 1, settled_at=now, event_time=now - 401 * DAY, **done)


def prune_all(using: str) -> Cleared:
    total = Cleared()
    while (done := prune(using)) != Cleared():
        total += done
    return total


@contextmanager
def halted(using: str, verb: str, reached: threading.Event, go_on: threading.Event) -> Iterator[None]:
    """This thread stands still in the midst of pruning: its first such statement has run, and holds its locks."""

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if sql.startswith(verb) and not reached.is_set():
            reached.set()
            wait_for(go_on)
        return found

    with transaction.atomic(using=using), connections[using].execute_wrapper(watch):
        yield


def test_checkouts__beside_a_prune_all_succeed_and_all_old_rows_go(
    shared: str, url_of: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE", 10)  # many statements between those of the shops
    make_history(shared)
    with processes(url_of(shared), *[("sell", str(ORDERS))] * 2) as shops:
        for shop in shops:
            shop.go()
        cleared = prune_all(shared)
        assert [json.loads(shop.finish()) for shop in shops] == [ORDERS, ORDERS]
    assert (cleared.redacted, cleared.events) == (OLD, OLD)
    assert Order.objects.using(shared).count() == 2 * ORDERS
    assert OutboxEvent.objects.using(shared).filter(event_name="Purchase").count() == 2 * ORDERS


@wants_a_server()
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_checkout__does_not_wait_for_the_locks_of_a_prune(shared: str, verb: str) -> None:
    make_history(shared)
    reached, go_on = threading.Event(), threading.Event()

    def pruning() -> Cleared:
        with halted(shared, verb, reached, go_on):
            return prune(shared)

    worker = Worker(pruning)
    wait_for(reached)
    try:
        Worker(sell).outcome()  # would wait until the prune goes on, and it does so only afterwards
        sold = OutboxEvent.objects.filter(event_name="Purchase").count()
    finally:
        go_on.set()
        cleared = worker.outcome()
    assert sold == 1
    assert cleared.events == OLD


def sell() -> None:
    with transaction.atomic():
        order = new_order()
        order.save()
        add_line(order, None)
