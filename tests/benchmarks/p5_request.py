"""P5: the shop's request is as fast with Meta at five seconds, and with Meta down, as with Meta at once."""

from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_most, compare, ratio, rounds
from tests.benchmarks.processes import Side, stage

DOWN = "http://127.0.0.1:9"
SLOW_SECONDS = 5.0


def run(chosen: Chosen) -> Iterator[Any]:
    try:
        yield from measured(chosen)
    except NoServer as error:
        yield NotRun("P5 request", str(error))


def measured(chosen: Chosen) -> Iterator[Any]:
    """Beside each a worker tries to deliver what the requests record."""
    number = chosen.sized(9, 3)
    with stage() as at, database(at, POSTGRESQL, chosen) as url:
        sink, graph = at.sink()
        shop, worker = ours(at, "request", url), ours(at, "outbox", url, BENCHMARK_GRAPH_URL=graph)
        shop("prepare")
        worker("prepare")
        shop("requests", count=20)
        beside = partial(requests, shop, worker, sink, chosen.sized(100, 30))
        found = rounds(
            number,
            at_once=partial(beside, graph, 0.0),
            slow=partial(beside, graph, SLOW_SECONDS),
            down=partial(beside, DOWN, 0.0),
        )
        yield ratio("P5 request with Meta at 5 s", compare(found, "slow", "at_once"), at_most(1.1))
        yield ratio("P5 request with Meta down", compare(found, "down", "at_once"), at_most(1.1))


def requests(shop: Side, worker: Side, sink: Side, count: int, graph: str, latency: float) -> float:
    """Seconds of the middle one."""
    sink("reset", latency_seconds=latency)
    worker("begin", graph=graph)
    found = shop("requests", count=count)
    worker("end")
    return median(found)
