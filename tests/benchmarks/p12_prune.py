"""P12: old rows go by the million while a shop sells, and no checkout feels a lock of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import MARIADB, POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import Bound, NotRun, at_most, count, fact
from tests.benchmarks.processes import Side, stage

# On SQLite one writes at a time, and waits for another's statement: how long is told, and has no aim.
PATIENCE = {POSTGRESQL: "a lock of 50 ms", MARIADB: "any lock", SQLITE: "a lock of 20 s"}
SLOWER: dict[str, Bound | None] = {POSTGRESQL: at_most(2), MARIADB: at_most(2), SQLITE: None}
DAYS = 24
BESIDE = ("attempts", "receipts", "contexts", "counts")


class Sold(NamedTuple):
    """Milliseconds of each checkout, and what went wrong with them."""

    times: list[float]
    locked: int
    unrecorded: int

    @property
    def p99(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.99)]


def run(chosen: Chosen) -> Iterator[Any]:
    for vendor in PATIENCE:
        try:
            with stage() as at, database(at, vendor, chosen) as url:
                keeper, shop = ours(at, "outbox", url), ours(at, "checkouts", url)
                rows = chosen.sized(1_000_000, 20_000)
                keeper("prepare")
                shop("prepare")
                fill(keeper, rows)
                yield from beside(keeper, shop, vendor, rows, chosen)
        except NoServer as error:
            yield NotRun(f"P12 prune ({vendor})", str(error))


def fill(keeper: Side, rows: int) -> None:
    """Every table with so many: half of them old, and of the events the other half to redact."""
    keeper("fill_sent", count=rows // 2, days=401)
    keeper("fill_sent", count=rows // 2, days=3, redacted=False)
    keeper("fill_beside", count=rows // 2, days=401)
    keeper("fill_beside", count=rows // 2, over_days=DAYS)


def beside(keeper: Side, shop: Side, vendor: str, rows: int, chosen: Chosen) -> Iterator[Any]:
    alone = sold(shop, chosen.sized(30, 4))
    keeper.tell("prune")
    together = sold(shop, 2)
    while not keeper.has_answered:
        together = Sold(*(one + other for one, other in zip(together, sold(shop, 2), strict=True)))
    pruned = keeper.answer()
    assert pruned["redacted"] == pruned["events"] == rows // 2, pruned
    assert all(pruned[table] == rows // 2 for table in BESIDE), pruned
    total, seconds = rows + len(BESIDE) * rows // 2, pruned["seconds"]
    told = f"{total:,} rows in {seconds:.0f} s, {total / seconds:.0f} a second, beside {len(together.times)} checkouts"
    yield fact(f"P12 prune ({vendor})", told)
    yield count(f"P12 checkouts that met {PATIENCE[vendor]} ({vendor})", together.locked, at_most(0))
    yield count(f"P12 checkouts without their row ({vendor})", together.unrecorded, at_most(0))
    slower = together.p99 / alone.p99
    yield count(f"P12 checkouts' 99th percentile, in those alone ({vendor})", slower, SLOWER[vendor], "x")
    slowest = f"{max(alone.times):.0f} ms alone, {max(together.times):.0f} ms beside"
    yield fact(f"P12 slowest checkout ({vendor})", slowest)


def sold(shop: Side, seconds: float) -> Sold:
    return Sold(**shop("checkouts", seconds=seconds))
