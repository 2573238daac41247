"""P9: what the tags cost a page, beside Django's own inclusion_tag and beside the page without them."""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import capi_tracking
from tests.benchmarks.aims import Chosen
from tests.benchmarks.pairing import Line, at_least, at_most, count, derive, fact, ratio, rounds, shown
from tests.benchmarks.processes import Side, stage

SCRIPT = Path(capi_tracking.__file__).parent / "static" / "capi_tracking" / "capi.js"
PAIRS = 300
MAX_BYTES = 6_000


def run(chosen: Chosen) -> Iterator[Any]:
    with stage() as at:
        side = at.side("pages", DJANGO_SETTINGS_MODULE="tests.benchmarks.settings")
        yield count("P9 queries of pixel_head", side("queries_of_head"), at_most(0))
        yield from of_head(side, chosen)
        yield from of_page(side, chosen)
    yield count("P9 capi.js, gzipped", len(gzip.compress(SCRIPT.read_bytes(), 6)), at_most(MAX_BYTES), " bytes")


def of_head(side: Side, chosen: Chosen) -> Iterator[Line]:
    measured = pairs(side, chosen, "empty", "head", "inclusion")
    costs = sorted(each["head"] - each["empty"] for each in measured)
    yield fact("P9 pixel_head, CPU time", f"{shown(median(costs))} us")
    yield ratio("P9 pixel_head, CPU time in that of an inclusion_tag", derive(measured, share), at_most(0.33))


def share(each: Mapping[str, float]) -> float:
    return (each["head"] - each["empty"]) / (each["inclusion"] - each["empty"])


def of_page(side: Side, chosen: Chosen) -> Iterator[Line]:
    measured = pairs(side, chosen, "bare", "instrumented")
    costs = [each["instrumented"] - each["bare"] for each in measured]
    text = f"{shown(median(costs))} us ({shown(min(costs))}-{shown(max(costs))})"
    yield Line("P9 instrumented page, CPU time beyond the bare one", median(costs), text, at_most(100))
    yield count("P9 pairs of pages", len(measured), at_least(PAIRS))


def pairs(side: Side, chosen: Chosen, *pages: str) -> list[dict[str, float]]:
    """Microseconds of CPU time a page."""
    renders = chosen.sized(200, 50)
    for page in pages:
        side("render", page=page, count=renders)
    sides = {page: lambda page=page: side("render", page=page, count=renders) / renders * 1e6 for page in pages}
    return rounds(PAIRS, **sides)
