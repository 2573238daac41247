"""P6: one worker empties the outbox over real HTTP, against hand-written drains and against those of others."""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import Bound, NotRun, at_least, compare, fact, ratio, rounds
from tests.benchmarks.processes import Side, Stage, stage

BOUNDS = {POSTGRESQL: at_least(1.5), SQLITE: at_least(1)}


def run(chosen: Chosen) -> Iterator[Any]:
    for vendor, bound in BOUNDS.items():
        try:
            with stage() as at, database(at, vendor, chosen) as url:
                yield from against_limits(at, url, vendor, bound, chosen)
        except NoServer as error:
            yield NotRun(f"P6 drain ({vendor})", str(error))


def against_limits(at: Stage, url: str, vendor: str, bound: Bound, chosen: Chosen) -> Iterator[Any]:
    number, rows = chosen.sized((9, 20_000), (5, 6_000))
    _, graph = at.sink()
    product = ours(at, "outbox", url, BENCHMARK_GRAPH_URL=graph)
    limit = ours(at, "limit", url, BENCHMARK_GRAPH_URL=graph)
    product("prepare")
    limit("prepare")
    measured = rounds(
        number,
        ours=lambda: drained(product, rows),
        parsed=lambda: filled(limit, rows, "drain_parsed"),
        joined=lambda: filled(limit, rows, "drain_joined"),
    )
    fastest = rows / min(each["ours"] for each in measured)
    yield ratio(f"P6 drain ({vendor})", compare(measured, "parsed", "ours"), bound)
    yield ratio(f"P6 the joined-text limit ({vendor})", compare(measured, "parsed", "joined"))
    yield fact(f"P6 fastest ({vendor})", f"{fastest:.0f} rows/s")


def drained(product: Side, rows: int) -> float:
    product("empty")
    product("fill", count=rows)
    found = product("drain")
    assert found["rows"] == rows, found
    return float(found["seconds"])


def filled(limit: Side, rows: int, verb: str) -> float:
    limit("fill", count=rows)
    return float(limit(verb))
