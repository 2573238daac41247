"""The broker is stopped, refuses or says nothing while orders are placed: the shop does not notice."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.brokers.conftest import Shop
from tests.brokers.gates import RedisServer
from tests.brokers.kinds import Broker, Redis
from tests.brokers.processes import Till
from tests.waiting import until

TIMEOUT, SILENCE = 0.5, 1.0
ORDERS = 100
THREADS = ["MainThread", "capi-tracking-nudge"]


@pytest.fixture
def gate(broker: Broker) -> Iterator[Callable[[str], Any]]:
    """Opens and shuts the way to the broker; ``gate.url`` leads through it."""
    made, made.url = broker.gate()  # type: ignore[misc]
    yield made
    made.close()


def start_till(shop: Shop, env: dict[str, str]) -> Till:
    till = shop.till(env)
    till.ask("shorten_waits", timeout=TIMEOUT, silence=SILENCE)
    return till


def failures(till: Till) -> int:
    return till.tail.count("No worker was nudged")


def note(what: str, usual: list[float], away: list[float]) -> None:
    """A measure to read (``-rP``), not to hold anybody to: the machine has other work too."""
    line = {"broker": what, "usual_ms": median(usual) * 1000, "away_ms": median(away) * 1000}
    sys.stdout.write(json.dumps(line | {"ratio": round(median(away) / median(usual), 2)}) + "\n")


@pytest.mark.parametrize("mode", ["refused", "silent"])
def test_orders__are_placed_as_ever_while_the_broker_is_away(
    broker: Broker, shop: Shop, gate: Any, mode: str, orders: Any
) -> None:
    if broker.name == "filesystem" and mode == "silent":
        pytest.skip("a folder always answers")
    gate.switch("open")
    till = start_till(shop, broker.env(gate.url))
    usual = till.ask("place", first=1, count=ORDERS)
    until(lambda: broker.waiting() >= 1, "the first orders' nudge went through the gate")
    till.ask("report")

    gate.switch(mode)
    away = till.ask("place", first=ORDERS + 1, count=ORDERS)
    until(lambda: failures(till) >= 1, f"the nudger saw that the broker is away: {till.tail}")
    away += till.ask("place", first=2 * ORDERS + 1, count=ORDERS)
    until(lambda: failures(till) >= 2, "the nudger tried again")
    note(f"{broker.name} {mode}", usual, away)

    report = till.ask("report")
    assert (report["main"], report["threads"]) == ([], THREADS)
    # two tries of two connections each, and perhaps a third on its way
    assert len(report["others"]) <= 6
    assert till.ask("statuses") == {"pending": 3 * ORDERS}

    gate.switch("open")
    broker.purge()
    assert broker.waiting() == 0
    till.ask("place", first=3 * ORDERS + 1, count=1)
    until(lambda: broker.waiting() >= 1, "a later commit's nudge arrived")
    assert broker.waiting() <= 2  # nothing had piled up
    shop.worker(broker.env())
    shop.wait_for(3 * ORDERS + 1)
    assert sorted(shop.accepted) == sorted(orders(3 * ORDERS + 1))


def test_orders__a_redis_that_stops_and_comes_back(shop: Shop, tmp_path: Path, orders: Any) -> None:
    pytest.importorskip("redis", reason="wants the client of Redis: pip install redis")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("wants redis-server on the PATH, for a Redis of its own; no variable to set")
    server = RedisServer(program, tmp_path)
    try:
        server.start()
        broker = Redis(f"redis://127.0.0.1:{server.port}/0", "capi", tmp_path)
        worker = shop.worker(broker.env())
        till = start_till(shop, broker.env())
        till.ask("place", first=1, count=1)
        shop.wait_for(1)

        server.stop()
        # until then it may still send what the first order's nudge found
        until(lambda: "Connection to broker lost" in worker.tail, "the worker saw it too")
        till.ask("place", first=2, count=ORDERS)
        until(lambda: failures(till) >= 1, "the nudger saw that the broker is away")
        assert till.ask("report")["main"] == []
        assert till.ask("statuses") == {"sent": 1, "pending": ORDERS}

        server.start()
        till.ask("place", first=ORDERS + 2, count=1)
        shop.wait_for(ORDERS + 2, seconds=60)
        worker.check()
        assert sorted(shop.accepted) == sorted(orders(ORDERS + 2))
    finally:
        shop.kill()
        server.stop()
