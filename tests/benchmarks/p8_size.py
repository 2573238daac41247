"""P8: with a million rows in every table nothing is slower than with ten thousand, and a long drain does not slow down."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import MARIADB, POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_most, compare, count, fact, ratio, rounds
from tests.benchmarks.processes import Side, Stage, stage
from tests.benchmarks.sides.staff import LED, LOOKED_THROUGH, PAGE

FEW = 10_000
SLICES = 3  # a round, of a thousand rows each
TENTHS = 10
DAYS = 24  # that the rows are spread over: a list shows 28 unless asked
FLAT = at_most(1.3)


class Shop(NamedTuple):
    """A database, and who is at work in it."""

    outbox: Side
    staff: Side


def run(chosen: Chosen) -> Iterator[Any]:
    million, most = chosen.sized((1_000_000, 5_000_000), (100_000, 100_000))
    sizes = [(POSTGRESQL, million), (MARIADB, million), (SQLITE, million)]
    sizes += [] if chosen.quick else [(POSTGRESQL, most)]
    for vendor, rows in sizes:
        try:
            with stage() as at, ExitStack() as databases:
                yield from at_size(at, databases, vendor, rows, chosen)
        except NoServer as error:
            yield NotRun(f"P8 with {rows:,} rows ({vendor})", str(error))


def at_size(at: Stage, databases: ExitStack, vendor: str, rows: int, chosen: Chosen) -> Iterator[Any]:
    number = chosen.sized(9, 3)
    _, graph = at.sink()
    few, many = (shop(at, databases, vendor, chosen, graph) for _ in range(2))
    for each, size in ((few, FEW), (many, rows)):
        fill(each, size, rows_beside=min(size, 1_000_000), work=(number + 1) * SLICES * 1000)
    name = f"P8 {{}} with {rows:,} rows ({vendor})"
    yield from verbs(name, few.outbox, many.outbox, number)
    yield from pages(name, few.staff, many.staff, chosen.sized(7, 3))
    yield from drain(f"P8 drain of {{:,}} beside {rows:,} ({vendor})", many.outbox, chosen.sized(1_000_000, 30_000))


def shop(at: Stage, databases: ExitStack, vendor: str, chosen: Chosen, graph: str) -> Shop:
    url = databases.enter_context(database(at, vendor, chosen))
    made = Shop(ours(at, "outbox", url, BENCHMARK_GRAPH_URL=graph), ours(at, "staff", url))
    made.outbox("prepare")
    return made


def fill(into: Shop, rows: int, *, rows_beside: int, work: int) -> None:
    """Many that were sent, as drain and redaction leave them; and some to redact, to delete and to claim."""
    into.outbox("fill_sent", count=rows, days=0, over_days=DAYS)
    into.outbox("fill_sent", count=work, days=3, redacted=False)
    into.outbox("fill_sent", count=work, days=401)
    into.outbox("fill", count=work, small=True)
    into.outbox("fill_beside", count=rows_beside, over_days=DAYS)


def verbs(name: str, few: Side, many: Side, number: int) -> Iterator[Any]:
    """A thousand rows each. Nobody waits for the last two: the larger an index, the fewer of its pages are in memory."""
    for verb, told, bound in (("claim", "claim", FLAT), ("redact", "redaction", None), ("delete", "deletion", None)):
        sides = {"few": partial(few, verb, times=SLICES), "many": partial(many, verb, times=SLICES)}
        for side in sides.values():
            side()
        yield ratio(name.format(told), compare(rounds(number, **sides), "many", "few"), bound)


def pages(name: str, few: Side, many: Side, number: int) -> Iterator[Any]:
    """All that an index leads to has an aim, together; each line by itself is for information."""
    for side in (few, many):
        side("lists", times=1)
    measured: Any = rounds(number, few=lambda: few("lists", times=3), many=lambda: many("lists", times=3))
    led = [{side: sum(each[side][page] for page in (*LED, PAGE)) for side in each} for each in measured]
    yield ratio(name.format(f"staff's {len(LED) + 1} lists, searches and pages"), compare(led, "many", "few"), FLAT)
    for page in (*LED, PAGE, *LOOKED_THROUGH):
        paired = compare([{side: each[side][page] for side in each} for each in measured], "many", "few")
        middle = median(each["many"][page] for each in measured)
        how = "looked through" if page in LOOKED_THROUGH else "by index"
        yield fact(name.format(f"{page}, {how},"), f"{paired}, {middle * 1000:.0f} ms")


def drain(name: str, side: Side, rows: int) -> Iterator[Any]:
    name = name.format(rows)
    side("drain")  # what the claims left
    side("fill", count=rows, small=True)
    parts = side("drain_in_parts", parts=TENTHS, rows=rows)
    first, last = (rows / TENTHS / parts[which]["seconds"] for which in (0, -1))
    yield fact(f"{name}, tenths", f"first {first:.0f} rows/s last {last:.0f} rows/s")
    middle = median(part["seconds"] for part in parts)
    yield fact(f"{name}, all tenths", " ".join(f"{rows / TENTHS / part['seconds']:.0f}" for part in parts) + " rows/s")
    yield count(f"{name}, time of the last tenth in median ones", parts[-1]["seconds"] / middle, FLAT, "x")
    grown = parts[-1]["memory"] / parts[0]["memory"]
    yield count(f"{name}, memory after it in that after a tenth", grown, at_most(1.1), "x")
    yield fact(f"{name}, memory", f"{parts[0]['memory']:.0f} MB after a tenth, {parts[-1]['memory']:.0f} MB at the end")
