"""P13: what processes, threads, pixels and settings change of a drain. For information; but each row arrives once."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import MARIADB, POSTGRESQL, SQLITE, NoServer, database, ours, reach
from tests.benchmarks.pairing import NotRun, at_most, compare, count, fact, ratio, rounds
from tests.benchmarks.pools import Pool, pools
from tests.benchmarks.processes import Side, Stage, stage

LATENCIES = (0, 150)  # milliseconds until Meta answers
MOST = 4  # processes
PIXELS = ("default", "second", "third", "fourth")
SILENT = "1234567891"  # the second one's number
TIMEOUT = 2.0
Ways = Mapping[str, Callable[[], float]]


def run(chosen: Chosen) -> Iterator[Any]:
    for vendor, measure in ((POSTGRESQL, everything), (MARIADB, two_processes), (SQLITE, two_processes)):
        try:
            with stage() as at, database(at, vendor, chosen) as url:
                yield from measure(at, url, vendor, chosen)
        except NoServer as error:
            yield NotRun(f"P13 drain ({vendor})", str(error))


class Drain:
    """``drain(processes=2)``: seconds until all of the same rows are sent, and settled."""

    def __init__(self, at: Stage, url: str, rows: int) -> None:
        self.sink, self.graph = at.sink()
        self.workers = [ours(at, "outbox", url, BENCHMARK_GRAPH_URL=self.graph) for _ in range(MOST)]
        self.rows, self.lost = rows, 0
        self.workers[0]("prepare")

    def __call__(self, *, processes: int = 1, threads: int = 0, pixels: int = 1, ms: int = 0, **settings: Any) -> float:
        workers = self.workers[:processes]
        self.fill(workers, pixels=pixels, ms=ms, **settings)
        began = time.perf_counter()
        for worker in workers:
            worker.tell("drain_in_threads", number=threads) if threads else worker.tell("drain")
        sent = [worker.answer()["rows"] for worker in workers]
        seconds = time.perf_counter() - began
        assert sum(sent) == self.rows, sent
        self.check()
        return seconds

    def fill(self, workers: list[Side], *, pixels: int, ms: int, silent: str = "", **settings: Any) -> None:
        for worker in {workers[0], self.workers[0], *workers}:
            worker("configure", PIXELS=pixels, **settings)
        self.workers[0]("empty")
        self.workers[0]("fill", count=self.rows, pixels=PIXELS[:pixels])
        self.sink("reset", latency_seconds=ms / 1000, keep=True, silent=silent)

    def check(self) -> None:
        """Lost, doubled: in all rounds so far."""
        totals = self.sink("totals")
        self.lost += abs(self.rows - totals["different"]) + totals["rows"] - totals["different"]

    def beside_a_silent_one(self, *, processes: int = 1, silent: str = SILENT) -> float:
        """Seconds until the first pixel's half is sent, with a second one that never gets an answer."""
        workers = self.workers[1 : 1 + processes]
        self.fill(workers, pixels=2, ms=0, silent=silent, READ_TIMEOUT=TIMEOUT, BATCH_SIZE=self.rows // 20)
        began = time.perf_counter()
        for worker in workers:
            worker.tell("drain")
        self.workers[0]("await_sent", pixel="default")
        seconds = time.perf_counter() - began
        for worker in workers:
            worker.answer()
        return seconds

    def by_celery(self, pool: Pool, ms: int) -> float:
        self.fill(self.workers[:1], pixels=1, ms=ms)
        began = time.perf_counter()
        pool.wake()
        self.workers[0]("await_sent", pixel="default")
        seconds = time.perf_counter() - began
        self.check()
        return seconds


def everything(at: Stage, url: str, vendor: str, chosen: Chosen) -> Iterator[Any]:
    number, rows = chosen.sized((7, 20_000), (3, 4_000))
    drain = Drain(at, url, rows)
    for ms in LATENCIES:
        yield from compared(number, f"{{}} at {ms} ms, rows a second in one's ({vendor})", workers(drain, ms))
        yield from compared(number, f"{{}} at {ms} ms, rows a second in those of 1,000 ({vendor})", batches(drain, ms))
        yield from compared(number, f"{{}} at {ms} ms, rows a second in those of one ({vendor})", pixels(drain, ms))
        yield from compared(number, f"{{}} at {ms} ms, rows a second in those without ({vendor})", settings(drain, ms))
    yield from celery(at, url, chosen, number, drain)
    yield count(f"P13 rows lost or doubled ({vendor})", drain.lost, at_most(0))
    yield from silence(number, drain)
    yield from connections(at, url, drain)


def two_processes(at: Stage, url: str, vendor: str, chosen: Chosen) -> Iterator[Any]:
    number, rows = chosen.sized((7, 20_000), (3, 4_000))
    drain = Drain(at, url, rows)
    for ms in LATENCIES:
        ways = {f"{number} processes": partial(drain, processes=number, ms=ms) for number in (2, MOST)}
        name = f"{{}} at {ms} ms, rows a second in one's ({vendor})"
        yield from compared(number, name, {"one": partial(drain, ms=ms), **ways})
    yield count(f"P13 rows lost or doubled ({vendor})", drain.lost, at_most(0))


def compared(number: int, name: str, ways: Ways) -> Iterator[Any]:
    """Each way's speed in the first one's."""
    first, *others = ways
    measured = rounds(number, **ways)
    for other in others:
        yield ratio(f"P13 {name.format(other)}", compare(measured, first, other))


def workers(drain: Drain, ms: int) -> Ways:
    processes = {f"{number} processes": partial(drain, processes=number, ms=ms) for number in range(2, MOST + 1)}
    threads = {f"{number} threads": partial(drain, threads=number, ms=ms) for number in (2, 4, 8)}
    return {"one": partial(drain, ms=ms), **processes, **threads}


def batches(drain: Drain, ms: int) -> Ways:
    return {f"BATCH_SIZE {size}": partial(drain, ms=ms, BATCH_SIZE=size) for size in (1000, 500, 100)}


def pixels(drain: Drain, ms: int) -> Ways:
    """As many rows in all."""
    ways = {"1 pixel": partial(drain, ms=ms), "4 pixels": partial(drain, pixels=4, ms=ms)}
    many = {f"4 pixels, {number} processes": partial(drain, pixels=4, processes=number, ms=ms) for number in (2, MOST)}
    return ways | many


def settings(drain: Drain, ms: int) -> Ways:
    return {
        "none": partial(drain, ms=ms),
        "GZIP": partial(drain, ms=ms, GZIP=True),
        "BATCH_BYTES of 400,000": partial(drain, ms=ms, BATCH_BYTES=400_000),
        "LEASE of a second": partial(drain, ms=ms, LEASE=1),
    }


def celery(at: Stage, url: str, chosen: Chosen, number: int, drain: Drain) -> Iterator[Any]:
    """Workers of Celery's own, each with as many messages as it has hands."""
    reach(chosen.servers.redis)
    with pools(at, chosen.servers.redis, DATABASE_URL=url, SHOP_GRAPH_URL=drain.graph) as made:
        for ms in LATENCIES:
            ways = {name: partial(drain.by_celery, pool, ms) for name, pool in made.items()}
            yield from compared(number, f"Celery's {{}} at {ms} ms, rows a second in solo's", ways)


def silence(number: int, drain: Drain) -> Iterator[Any]:
    measured = rounds(
        min(number, 3),
        none=partial(drain.beside_a_silent_one, silent="nobody"),
        one=drain.beside_a_silent_one,
        two=partial(drain.beside_a_silent_one, processes=2),
    )
    for name in ("one", "two"):
        longest = max(each[name] - each["none"] for each in measured) / TIMEOUT
        told = f"at most {longest:.1f} READ_TIMEOUTs"
        yield fact(f"P13 a pixel's rows beside one that Meta never answers, {name} process(es), later by", told)


def connections(at: Stage, url: str, drain: Drain) -> Iterator[Any]:
    for threads in (4, 16):
        drain.workers.insert(0, ours(at, "outbox", url, BENCHMARK_GRAPH_URL=drain.graph))  # one that has none yet
        drain(threads=threads, BATCH_SIZE=100)
        totals = drain.sink("totals")
        told = f"{totals['connections']} for {totals['requests']} requests"
        yield fact(f"P13 connections to Meta of a process with {threads} threads", told)
