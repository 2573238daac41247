"""P14: checkouts beside a flood of beacons, in those of a quiet minute: on a real server of several processes."""

from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from tests.benchmarks.aims import Chosen
from tests.benchmarks.databases import POSTGRESQL, NoServer, database, ours
from tests.benchmarks.pairing import NotRun, at_least, at_most, compare, count, fact, ratio, rounds
from tests.benchmarks.processes import Side, stage

BEACONS = 200  # a second
ORDERS = 5  # a second
PROCESSES = 4
MANY = 1 << 24  # addresses: no rate stops any
ONE = 1


def run(chosen: Chosen) -> Iterator[Any]:
    try:
        with stage() as at, database(at, POSTGRESQL, chosen) as url:
            shop, flood = ours(at, "shopfront", url), ours(at, "flood", url)
            yield from measured(Flood(shop, flood, chosen.sized(20.0, 5.0)), chosen)
    except NoServer as error:
        yield NotRun("P14 flood", str(error))


class Flood:
    """``flood(MANY)``: seconds of the middle checkout beside it. ``seconds``: how long each phase is."""

    def __init__(self, shop: Side, flood: Side, seconds: float) -> None:
        self.shop, self.flood, self.seconds = shop, flood, seconds
        self.port = shop("start", processes=PROCESSES)
        self.sent = self.answered = self.orders = 0
        self.flooded = 0.0  # seconds
        self.quiet()

    def quiet(self) -> float:
        return self._checkouts()

    def __call__(self, addresses: int) -> float:
        self.flood("begin", port=self.port, each_second=BEACONS, addresses=addresses)
        found = self._checkouts()
        told = self.flood("end")
        self.sent, self.answered = self.sent + told["sent"], self.answered + told["answered"]
        self.flooded += told["seconds"]
        return found

    def _checkouts(self) -> float:
        found = self.shop("checkouts", port=self.port, seconds=self.seconds, each_second=ORDERS)
        self.orders += len(found)
        return median(found)


def measured(flood: Flood, chosen: Chosen) -> Iterator[Any]:
    """Three phases of 20 seconds are the minute."""
    number = chosen.sized(3, 3)
    found = rounds(number, quiet=flood.quiet, many=partial(flood, MANY), one=partial(flood, ONE))
    rows = flood.shop("rows")
    yield ratio(
        "P14 checkout beside 200 beacons a second, of as many addresses", compare(found, "many", "quiet"), at_most(1.3)
    )
    yield ratio("P14 checkout beside 200 beacons a second of one address", compare(found, "one", "quiet"), at_most(1.3))
    yield fact("P14 checkout, quiet", f"{median(each['quiet'] for each in found) * 1000:.1f} ms")
    yield count("P14 beacons a second that were sent", flood.sent / flood.flooded, at_least(0.9 * BEACONS))
    yield count("P14 beacons without an answer", flood.sent - flood.answered, at_most(0))
    yield count("P14 orders that were not recorded", flood.orders - rows["Purchase"], at_most(0))
    yield fact("P14 beacons that became rows", str(rows["PageView"]))
