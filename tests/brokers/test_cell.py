"""What a cell of the gate asserts of itself: the broker is the one it is named after, and its own counters move."""

import os
from typing import Any

import pytest

from tests.brokers.conftest import Shop
from tests.brokers.kinds import Broker, Redis, configured
from tests.waiting import until

WANTED = os.environ.get("CAPI_CELL_BROKER", "")

pytestmark = pytest.mark.skipif(not WANTED, reason="no cell: set CAPI_CELL_BROKER=redis, amqp or filesystem")


def commands(broker: Broker) -> int:
    """Redis's own count of what it was told; 0 elsewhere."""
    if not isinstance(broker, Redis):
        return 0
    with broker.client() as client:
        return int(client.info("stats")["total_commands_processed"])


def keys(broker: Redis) -> int:
    with broker.client() as client:
        return len(list(client.scan_iter(f"{broker.queue}:*")))


def test_cell__runs_on_the_broker_that_it_is_named_after() -> None:
    assert configured() == WANTED, f"CAPI_CELL_BROKER={WANTED}, but CELERY_BROKER_URL names {configured()}"


def test_cell__the_brokers_own_counters_move(configured_broker: Broker, shop: Shop) -> None:
    broker: Any = configured_broker
    assert broker.waiting() == 0
    before = commands(broker)
    shop.till(broker.env()).ask("place", first=1, count=1)
    until(lambda: broker.waiting() == 1, "the broker itself counts the message")
    if broker.name == "redis":
        assert commands(broker) > before
        assert keys(broker) > 0
    shop.worker(broker.env())
    shop.wait_for(1)
    until(lambda: broker.waiting() == 0, "the broker itself counts it out")
