"""P8: a claim is as fast with a million sent rows as with ten thousand, and a long drain does not slow down."""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import MARIADB, POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_most, compare, count, fact, ratio, rounds
from tests.benchmarks.processes import Side, Stage, stage

FEW = 10_000
CLAIMS = 3  # a round, of a thousand rows each
TENTHS = 10


def run(chosen: Chosen) -> Iterator[Any]:
    million, most = chosen.sized((1_000_000, 5_000_000), (100_000, 100_000))
    sizes = [(POSTGRESQL, million), (MARIADB, million), (SQLITE, million)]
    sizes += [] if chosen.quick else [(POSTGRESQL, most)]
    for vendor, rows in sizes:
        yield from guarded(f"P8 claim with {rows:,} sent rows ({vendor})", claim, vendor, rows, chosen)
    yield from guarded(f"P8 staff's {{}} with {million:,} rows ({POSTGRESQL})", pages, POSTGRESQL, million, chosen)
    rows = chosen.sized(million, 30_000)
    yield from guarded(f"P8 drain of {rows:,} rows ({POSTGRESQL})", drain, POSTGRESQL, rows, chosen)


def guarded(name: str, measure: Any, vendor: str, rows: int, chosen: Chosen) -> Iterator[Any]:
    try:
        with stage() as at, ExitStack() as databases:
            yield from measure(name, at, databases, vendor, rows, chosen)
    except NoServer as error:
        yield NotRun(name, str(error))


def claim(name: str, at: Stage, databases: ExitStack, vendor: str, rows: int, chosen: Chosen) -> Iterator[Any]:
    number = chosen.sized(15, 5)
    due = (number * CLAIMS + CLAIMS) * 1000
    few, many = (filled(outbox(at, databases, vendor, chosen), sent, due) for sent in (FEW, rows))
    for side in (few, many):
        side("claim", times=CLAIMS)
    measured = rounds(number, few=lambda: few("claim", times=CLAIMS), many=lambda: many("claim", times=CLAIMS))
    yield ratio(name, compare(measured, "many", "few"), at_most(1.3))


def pages(name: str, at: Stage, databases: ExitStack, vendor: str, rows: int, chosen: Chosen) -> Iterator[Any]:
    """What has no aim is told as it is: the count above a list of a million rows is one of these."""
    few, many = (filled(outbox(at, databases, vendor, chosen), sent, 1000) for sent in (FEW, rows))
    measured = rounds(chosen.sized(7, 3), few=lambda: few("pages", times=3), many=lambda: many("pages", times=3))
    for page in measured[0]["few"]:
        paired = [{side: each[side][page] for side in ("few", "many")} for each in measured]
        yield ratio(name.format(page), compare(paired, "many", "few"))


def outbox(at: Stage, databases: ExitStack, vendor: str, chosen: Chosen, **env: str) -> Side:
    side = ours(at, "outbox", databases.enter_context(database(at, vendor, chosen)), **env)
    side("prepare")
    return side


def filled(side: Side, sent: int, due: int) -> Side:
    """Many that were sent, as the drain and the redaction leave them, and some that are due."""
    side("fill_sent", count=sent)
    side("fill", count=due, small=True)
    return side


def drain(name: str, at: Stage, databases: ExitStack, vendor: str, rows: int, chosen: Chosen) -> Iterator[Any]:
    _, graph = at.sink()
    side = outbox(at, databases, vendor, chosen, BENCHMARK_GRAPH_URL=graph)
    side("fill", count=rows, small=True)
    parts = side("drain_in_parts", parts=TENTHS, rows=rows)
    first, last = (rows / TENTHS / parts[which]["seconds"] for which in (0, -1))
    yield fact(f"{name}, tenths", f"first {first:.0f} rows/s last {last:.0f} rows/s")
    middle = median(part["seconds"] for part in parts)
    yield fact(f"{name}, all tenths", " ".join(f"{rows / TENTHS / part['seconds']:.0f}" for part in parts) + " rows/s")
    yield count(f"{name}, time of the last tenth in median ones", parts[-1]["seconds"] / middle, at_most(1.3), "x")
    grown = parts[-1]["memory"] / parts[0]["memory"]
    yield count(f"{name}, memory after it in that after a tenth", grown, at_most(1.1), "x")
    yield fact(f"{name}, memory", f"{parts[0]['memory']:.0f} MB after a tenth, {parts[-1]['memory']:.0f} MB at the end")
