"""P11: a beacon beside a view that does one bare INSERT."""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_least, at_most, compare, count, ratio
from tests.benchmarks.processes import Side, stage


def run(chosen: Chosen) -> Iterator[Any]:
    try:
        with stage() as at, database(at, POSTGRESQL, chosen) as url:
            side = ours(at, "beacon", url)
            side("prepare")
            yield from measured(side, chosen)
    except NoServer as error:
        yield NotRun("P11 relay", str(error))


def measured(side: Side, chosen: Chosen) -> Iterator[Any]:
    number, requests = chosen.sized((21, 60), (7, 20))
    side("round_of", count=20, backwards=False)
    before = side("rows")
    found = [side("round_of", count=requests, backwards=turn % 2 == 1) for turn in range(number)]
    # requests per second: the seconds of the one in those of the other
    yield ratio("P11 relay, one event", compare(found, "plain", "one"), at_least(0.5))
    yield ratio("P11 relay, two events", compare(found, "plain", "two"), at_least(0.5))
    yield ratio("P11 relay, two events and their receipts", compare(found, "plain", "whole"))
    events, receipts = (after - earlier for after, earlier in zip(side("rows"), before, strict=True))
    taken = number * requests
    yield count("P11 events that were not written", 5 * taken - events, at_most(0))
    yield count("P11 receipts that were not written", 2 * taken - receipts, at_most(0))
    asked = side("statements", events=20)
    yield count("P11 inserts of a beacon with 20 events and 20 receipts", asked.get("INSERT", 0), at_most(2))
    yield count("P11 transactions of it", asked.get("BEGIN", 0), at_most(1))
