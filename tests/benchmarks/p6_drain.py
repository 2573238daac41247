"""P6: one worker empties the outbox over real HTTP, against hand-written drains and against those of others."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.benchmarks import peers
from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, SQLITE, NoServer, database, ours, reach
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
    try:
        yield from against_others(chosen)
    except (NoServer, peers.NoPeers) as error:
        yield NotRun("P6 drain, others", str(error))


def against_limits(at: Stage, url: str, vendor: str, bound: Bound, chosen: Chosen) -> Iterator[Any]:
    number, rows = chosen.sized((9, 20_000), (3, 3_000))
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
        schema=lambda: own_table(product, limit, rows),
    )
    fastest = rows / min(each["ours"] for each in measured)
    yield ratio(f"P6 drain ({vendor})", compare(measured, "parsed", "ours"), bound)
    yield ratio(f"P6 the joined-text limit ({vendor})", compare(measured, "parsed", "joined"))
    yield ratio(f"P6 the joined-text limit on our table ({vendor})", compare(measured, "parsed", "schema"))
    yield fact(f"P6 fastest ({vendor})", f"{fastest:.0f} rows/s")


OTHERS = {"celery_outbox": "django-celery-outbox", "outbox_pattern": "django-outbox-pattern"}


def against_others(chosen: Chosen) -> Iterator[Any]:
    """Each side sends what it can in about the same time: the others' rows are fewer, and the rates are compared."""
    number, rows, few = chosen.sized((7, 10_000, 1_000), (3, 2_000, 100))
    reach(chosen.servers.redis)
    with stage() as at, database(at, POSTGRESQL, chosen) as url, database(at, POSTGRESQL, chosen) as second:
        sink, graph = at.sink()
        stomp = {"BENCHMARK_STOMP_PORT": str(sink("ports")["stomp"]), "BENCHMARK_REDIS_URL": chosen.servers.redis}
        others = at.side("others", peers.python(), DATABASE_URL=second, **stomp)
        product = ours(at, "outbox", url, BENCHMARK_GRAPH_URL=graph)
        product("prepare")
        others("prepare")
        measured = rounds(
            number,
            ours=lambda: drained(product, rows) / rows,
            **{name: partial(of_another, others, name, few) for name in OTHERS},
        )
    for name, package in OTHERS.items():
        yield ratio(f"P6 drain, against {package}", compare(measured, name, "ours"), at_least(10))


def of_another(others: Side, name: str, rows: int) -> float:
    return float(others(name, count=rows)) / rows


def drained(product: Side, rows: int) -> float:
    product("empty")
    product("fill", count=rows)
    found = product("drain")
    assert found["rows"] == rows, found
    return float(found["seconds"])


def own_table(product: Side, limit: Side, rows: int) -> float:
    product("empty")
    product("fill", count=rows)
    return float(limit("drain_ours", count=rows))


def filled(limit: Side, rows: int, verb: str) -> float:
    limit("fill", count=rows)
    return float(limit(verb, count=rows))
