"""P10: the dashboard takes as long with a million events as with a hundred thousand, since days are added up."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import MARIADB, POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_least, at_most, compare, count, fact, ratio, rounds
from tests.benchmarks.processes import Side, Stage, stage

DAYS = 24  # of both sizes: the present hours, which are read from rows, grow tenfold too
PERIODS = ("28d", "7d", "24h")
FLAT = at_most(1.5)
FASTER = at_least(200)


class Shop(NamedTuple):
    outbox: Side
    board: Side


def run(chosen: Chosen) -> Iterator[Any]:
    few, many, most = chosen.sized((100_000, 1_000_000, 5_000_000), (10_000, 100_000, 100_000))
    sizes = [(SQLITE, many), (POSTGRESQL, many), (MARIADB, many)]
    sizes += [] if chosen.quick else [(POSTGRESQL, most)]
    for vendor, rows in sizes:
        try:
            with stage() as at, ExitStack() as databases:
                yield from at_size(at, databases, vendor, few, rows, chosen)
        except NoServer as error:
            yield NotRun(f"P10 with {rows:,} events ({vendor})", str(error))


def at_size(at: Stage, databases: ExitStack, vendor: str, few: int, many: int, chosen: Chosen) -> Iterator[Any]:
    name = f"P10 {{}} with {many:,} events ({vendor})"
    small, large = shop(at, databases, vendor, chosen, few), shop(at, databases, vendor, chosen, many)
    raw = large.board("question", times=1, period="28d")
    small.board("roll_up")
    done = large.board("roll_up")
    told = f"{done['computed']:.0f} days and hours in {done['seconds']:.1f} s"
    yield fact(name.format("adding all up once"), told)
    for period in PERIODS:
        measured = rounds(
            chosen.sized(7, 3),
            few=lambda period=period: small.board("page", times=3, period=period),
            many=lambda period=period: large.board("page", times=3, period=period),
        )
        yield ratio(name.format(f"page of {period}, in that with {few:,},"), compare(measured, "many", "few"), FLAT)
        yield fact(name.format(f"page of {period}"), f"{large.board('page', times=3, period=period) * 1000:.0f} ms")
    added_up = large.board("question", times=5, period="28d")
    yield count(name.format("28 days from rows, in those added up,"), raw / added_up, FASTER, "x")
    yield fact(name.format("28 days"), f"{raw:.1f} s from rows, {added_up * 1000:.0f} ms added up")


def shop(at: Stage, databases: ExitStack, vendor: str, chosen: Chosen, rows: int) -> Shop:
    url = databases.enter_context(database(at, vendor, chosen))
    made = Shop(ours(at, "outbox", url), ours(at, "board", url))
    made.outbox("prepare")
    made.outbox("fill_sent", count=rows, days=0, over_days=DAYS)
    return made
