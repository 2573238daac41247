"""P15: events that come in by the API beside a bare ``bulk_create()`` of the same rows."""

from collections.abc import Iterator
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, SQLITE, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_least, compare, fact, ratio, shown
from tests.benchmarks.processes import Side, stage

EVENTS = 1000


def run(chosen: Chosen) -> Iterator[Any]:
    for vendor in (SQLITE, POSTGRESQL):
        try:
            with stage() as at, database(at, vendor, chosen) as url:
                side = ours(at, "ingestion", url)
                side("prepare")
                yield from measured(side, vendor, chosen)
        except NoServer as error:
            yield NotRun(f"P15 ingestion on {vendor}", str(error))


def measured(side: Side, vendor: str, chosen: Chosen) -> Iterator[Any]:
    number = chosen.sized(15, 5)
    side("round_of", events=EVENTS, backwards=False)
    found = [side("round_of", events=EVENTS, backwards=turn % 2 == 1) for turn in range(number)]
    # events per second: the seconds of the one in those of the other
    yield ratio(f"P15 ingestion on {vendor}", compare(found, "bare", "told"), at_least(0.5))
    fastest = min(each["told"] for each in found)
    yield fact(f"P15 events a second on {vendor}", shown(round(EVENTS / fastest)))
