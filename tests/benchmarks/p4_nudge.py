"""P4: what it costs a commit to wake the worker, and that the request's own thread never meets the broker."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import SQLITE, NoServer, database, ours, reach
from tests.benchmarks.pairing import Line, NotRun, at_most, count, rounds, shown
from tests.benchmarks.processes import Side, stage


def run(chosen: Chosen) -> Iterator[Any]:
    try:
        reach(chosen.servers.redis)
        yield from with_broker(chosen)
    except NoServer as error:
        yield NotRun("P4 waking", str(error))
    with silent_broker() as address:
        yield from without_answer(address, chosen)


def with_broker(chosen: Chosen) -> Iterator[Line]:
    number, commits = chosen.sized((15, 5_000), (5, 1_000))
    with stage() as at, database(at, SQLITE, chosen) as url:
        side = ours(at, "wake", url, BENCHMARK_BROKER_URL=chosen.servers.redis)
        side("prepare")
        side("commits", count=100, wakes=True)
        bursts = [side("burst", count=commits) for _ in range(3)]
        measured = rounds(
            number,
            asleep=lambda: side("commits", count=commits, wakes=False),
            awake=lambda: side("commits", count=commits, wakes=True),
        )
        side("burst", count=1)  # takes its messages away
        costs = [(each["awake"] - each["asleep"]) / commits * 1e6 for each in measured]
        text = f"{shown(median(costs))} us ({shown(min(costs))}-{shown(max(costs))})"
        yield Line("P4 waking, CPU time a commit", median(costs), text, at_most(50))
        name = f"P4 messages of a burst of {commits} commits in {bursts[-1]['seconds']:.1f} s"
        a_second = 2 + int(max(each["seconds"] for each in bursts))  # at once, each second, and after the last
        yield count(name, max(each["messages"] for each in bursts), at_most(a_second))
        yield count("P4 connections by the request's thread", side("wait_for_broker"), at_most(0))


def without_answer(address: str, chosen: Chosen) -> Iterator[Line]:
    with stage() as at, database(at, SQLITE, chosen) as url:
        side: Side = ours(at, "wake", url, BENCHMARK_BROKER_URL=address)
        side("prepare")
        slowest = side("slowest", count=chosen.sized(2_000, 500))
        yield count("P4 slowest commit beside a silent broker", slowest, at_most(1_000), " ms")
        yield count("P4 connections by the request's thread, silent broker", side("wait_for_broker"), at_most(0))


@contextmanager
def silent_broker() -> Iterator[str]:
    """Its system accepts connections; nobody ever reads from them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
