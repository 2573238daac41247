"""P7: two worker processes drain one outbox, against one alone; the sink says that each row came once."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_least, at_most, compare, count, ratio, rounds
from tests.benchmarks.processes import Side, stage

BOUNDS = {0: at_least(1.35), 150: at_least(1.7)}


def run(chosen: Chosen) -> Iterator[Any]:
    number, rows = chosen.sized((9, 20_000), (3, 4_000))
    try:
        with stage() as at, database(at, POSTGRESQL, chosen) as url:
            sink, graph = at.sink()
            workers = [ours(at, "outbox", url, BENCHMARK_GRAPH_URL=graph) for _ in range(2)]
            workers[0]("prepare")
            for milliseconds, bound in BOUNDS.items():
                misses: list[int] = []
                drain = partial(drained, sink, milliseconds, rows, misses)
                measured = rounds(number, one=partial(drain, workers[:1]), two=partial(drain, workers))
                yield ratio(f"P7 two workers at {milliseconds} ms", compare(measured, "one", "two"), bound)
                yield count(f"P7 rows lost or doubled at {milliseconds} ms", sum(misses), at_most(0))
    except NoServer as error:
        yield NotRun("P7 two workers", str(error))


def drained(sink: Side, milliseconds: int, rows: int, misses: list[int], workers: list[Side]) -> float:
    """Seconds until the last of the workers finds nothing more."""
    workers[0]("empty")
    workers[0]("fill", count=rows)
    sink("reset", latency_seconds=milliseconds / 1000, keep=True)
    began = time.perf_counter()
    for worker in workers:
        worker.tell("drain")
    found = [worker.answer() for worker in workers]
    seconds = time.perf_counter() - began
    totals = sink("totals")
    misses.append(abs(rows - totals["different"]) + totals["rows"] - totals["different"])
    assert sum(each["rows"] for each in found) == rows, found
    return seconds
