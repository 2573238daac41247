"""P3: what tracking adds to an order's save, in plain ORM INSERTs."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.benchmarks import peers
from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_most, compare, count, derive, ratio
from tests.benchmarks.processes import Side, stage


def run(chosen: Chosen) -> Iterator[Any]:
    told = [line for vendor in (POSTGRESQL, SQLITE) for line in of_vendor(vendor, chosen)]
    yield from told
    try:
        others = list(of_others(chosen))
    except (NoServer, peers.NoPeers) as error:
        yield NotRun("P3 rows of others", str(error))
        return
    yield from others
    figures = {line.name: line.figure for line in told}
    for name, bound in IN_ROWS_OF_OTHERS.items():
        if name in figures:
            cheapest = min(line.figure for line in others)
            yield count(f"{name}, in rows of the cheapest other outbox", figures[name] / cheapest, bound, "x")


def of_vendor(vendor: str, chosen: Chosen) -> list[Any]:
    try:
        with stage() as at, database(at, vendor, chosen) as url:
            side = ours(at, "emit", url)
            side("prepare")
            return list(measured(side, vendor, chosen))
    except NoServer as error:
        return [NotRun(f"P3 emit ({vendor})", str(error))]


# Theirs is a row whose text is there already: like is compared with like where nothing is read.
IN_ROWS_OF_OTHERS = {
    f"P3 emit ({POSTGRESQL}), unshielded": at_most(1),
    f"P3 track() without reads ({POSTGRESQL})": None,
}
OTHERS = {"celery_outbox": "django-celery-outbox", "outbox_pattern": "django-outbox-pattern"}


def of_others(chosen: Chosen) -> Iterator[Any]:
    """A row of theirs, in the same plain INSERTs; they neither build nor hash."""
    number, rows = chosen.sized((15, 60), (5, 20))
    env = {"BENCHMARK_STOMP_PORT": "9", "BENCHMARK_REDIS_URL": chosen.servers.redis}
    with stage() as at, database(at, POSTGRESQL, chosen) as url:
        others = at.side("others", peers.python(), DATABASE_URL=url, **env)
        others("prepare")
        others("rows", count=20)
        found = [others("rows", count=rows) for _ in range(number)]
    for name, package in OTHERS.items():
        yield ratio(f"P3 a row of {package} (PostgreSQL)", compare(found, name, "insert"))


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
    yield count(f"P3 looks for a row that is there ({vendor})", few.get("LOOK", 0))
    yield count(f"P3 reads ({vendor})", few.get("SELECT", 0), at_most(2))
    yield count(f"P3 reads for 19 more lines ({vendor})", many.get("SELECT", 0) - few.get("SELECT", 0), at_most(0))
    yield count(f"P3 savepoints ({vendor})", few.get("SAVEPOINT", 0))


def marginal(way: str) -> Any:
    def formula(seconds: Mapping[str, float]) -> float:
        return (seconds[way] - seconds["untracked_pay"]) / seconds["timed_insert"]

    return formula
