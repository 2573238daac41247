"""A worker on a real broker: woken by a commit, by beat, and never by a message that came too late."""

import time
from typing import Any

import pytest

from tests.brokers.conftest import Shop
from tests.brokers.kinds import Broker
from tests.waiting import until

MARGIN = 0.5


@pytest.mark.parametrize("pool", ["prefork", "threads", "solo"])
def test_nudge__a_commit_wakes_a_worker_of_every_pool(broker: Broker, shop: Shop, orders: Any, pool: str) -> None:
    till = shop.till(broker.env())
    shop.worker(broker.env(), pool)
    till.ask("place", first=1, count=3)
    shop.wait_for(3)
    assert sorted(shop.accepted) == orders(3)
    until(lambda: till.ask("statuses") == {"sent": 3}, "all are recorded as sent")
    report = till.ask("report")
    assert report["main"] == []
    assert report["threads"] == ["MainThread", "capi-tracking-nudge"]


def test_sweep__beat_finds_what_no_nudge_told_of(broker: Broker, shop: Shop, orders: Any) -> None:
    # the till has no Celery application here: its nudges go nowhere
    till = shop.till({"SHOP_APP": ""})
    shop.worker(broker.env())
    till.ask("place", first=1, count=3)
    shop.beat(broker.env() | {"SHOP_SWEEP": '{"schedule": 1}'})
    shop.wait_for(3)
    assert sorted(shop.accepted) == orders(3)


def test_beat__an_expired_sweep_is_thrown_away_unheard(broker: Broker, shop: Shop) -> None:
    till, other = shop.till({"SHOP_APP": ""}), shop.till(broker.env())
    till.ask("place", first=1, count=1)
    beat = shop.beat(broker.env() | {"SHOP_SWEEP": f'{{"schedule": {MARGIN}, "expires": {2 * MARGIN}}}'})
    until(lambda: broker.waiting() >= 2, "beat has put two sweeps into the queue")
    beat.stop()
    ends = time.monotonic() + 3 * MARGIN
    until(lambda: time.monotonic() > ends, "the last message's end is past")
    other.ask("mark")
    shop.worker(broker.env())
    until(lambda: shop.lines("ran"), "the worker came to the end of the queue")
    assert [line[2] for line in shop.lines("ran")] == ["shop.mark"]
    # RabbitMQ may drop them itself, the others leave it to the worker
    assert broker.name == "amqp" or len(shop.lines("expired")) >= 2
    assert (broker.waiting(), shop.accepted, till.ask("statuses")) == (0, [], {"pending": 1})


def test_nudge__waits_for_a_worker_that_starts_later(broker: Broker, shop: Shop, orders: Any) -> None:
    till = shop.till(broker.env())
    till.ask("place", first=1, count=20)
    until(lambda: broker.waiting() >= 1, "the nudge is in the queue")
    assert broker.waiting() <= 2  # for twenty orders
    shop.worker(broker.env())
    shop.wait_for(20)
    assert sorted(shop.accepted) == sorted(orders(20))
