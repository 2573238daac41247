"""P3: what tracking adds to an order's save, in plain ORM INSERTs."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_most, compare, count, derive, ratio
from tests.benchmarks.processes import Side, stage


def run(chosen: Chosen) -> Iterator[Any]:
    for vendor in (POSTGRESQL, SQLITE):
        try:
            with stage() as at, database(at, vendor, chosen) as url:
                side = ours(at, "emit", url)
                side("prepare")
                yield from measured(side, vendor, chosen)
        except NoServer as error:
            yield NotRun(f"P3 emit ({vendor})", str(error))


def measured(side: Side, vendor: str, chosen: Chosen) -> Iterator[Any]:
    number, orders = chosen.sized((21, 60), (7, 20))
    side("round_of", count=20, backwards=False)  # connections, caches, the planner's first thoughts
    found = [side("round_of", count=orders, backwards=turn % 2 == 1) for turn in range(number)]
    yield ratio(f"P3 emit ({vendor}), shielded", derive(found, marginal("tracked_pay")), at_most(2.8))
    yield ratio(f"P3 emit ({vendor}), unshielded", derive(found, marginal("unshielded_pay")), at_most(1.9))
    yield ratio(f"P3 emit ({vendor}), by hand with the same reads", derive(found, marginal("written_pay")))
    yield ratio(f"P3 track() without reads ({vendor})", compare(found, "tracked_row", "timed_insert"))
    yield ratio(f"P3 row by hand without reads ({vendor})", compare(found, "written_row", "timed_insert"))
    yield ratio(f"P3 one read ({vendor})", compare(found, "timed_read", "timed_insert"))
    few, many = side("statements", lines=1), side("statements", lines=20)
    yield count(f"P3 inserts ({vendor})", few.get("INSERT", 0), at_most(1))
    yield count(f"P3 reads ({vendor})", few.get("SELECT", 0), at_most(2))
    yield count(f"P3 reads for 19 more lines ({vendor})", many.get("SELECT", 0) - few.get("SELECT", 0), at_most(0))
    yield count(f"P3 savepoints ({vendor})", few.get("SAVEPOINT", 0))


def marginal(way: str) -> Any:
    def formula(seconds: Mapping[str, float]) -> float:
        return (seconds[way] - seconds["untracked_pay"]) / seconds["timed_insert"]

    return formula
