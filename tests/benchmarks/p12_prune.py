"""P12: old rows go by the million while a shop sells, and no checkout feels a lock of it."""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_most, count, fact
from tests.benchmarks.processes import Side, stage

LOCK_MILLISECONDS = 50


def run(chosen: Chosen) -> Iterator[Any]:
    rows = chosen.sized(1_000_000, 20_000)
    try:
        with stage() as at, database(at, POSTGRESQL, chosen) as url:
            keeper, shop = ours(at, "outbox", url), ours(at, "checkouts", url)
            keeper("prepare")
            keeper("fill_sent", count=rows // 2, days=3, redacted=False)
            keeper("fill_sent", count=rows // 2, days=401)
            shop("prepare", lock_milliseconds=LOCK_MILLISECONDS)
            yield from beside(keeper, shop, rows, chosen)
    except NoServer as error:
        yield NotRun("P12 prune", str(error))


def beside(keeper: Side, shop: Side, rows: int, chosen: Chosen) -> Iterator[Any]:
    alone = shop("checkouts", seconds=chosen.sized(30, 4))
    keeper.tell("prune")
    together = shop("checkouts", seconds=chosen.sized(60, 6))
    pruned = keeper.answer()
    assert pruned["redacted"] + pruned["events"] == rows, pruned
    yield fact("P12 prune", f"{rows:,} rows in {pruned['seconds']:.0f} s beside {together['count']} checkouts")
    name = f"P12 checkouts that met a lock of {LOCK_MILLISECONDS} ms"
    yield count(name, together["locked"], at_most(0))
    yield count("P12 checkouts without their row", together["unrecorded"], at_most(0))
    yield count("P12 checkouts' 99th percentile, in those alone", together["p99"] / alone["p99"], at_most(2), "x")
    yield fact("P12 slowest checkout", f"{alone['slowest']:.0f} ms alone, {together['slowest']:.0f} ms beside")
