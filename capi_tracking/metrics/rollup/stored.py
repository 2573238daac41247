"""Figures as a rollup keeps them: a line for each pixel and event, in lists that name nothing twice."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ...models import RollupLine
from ..counting.columns import SUMS
from ..counting.facts import Fact
from ..counting.figures import DIMENSIONS, PLACE, TALLIED, Figures, Tally
from ..counting.raw import Group, figures_of

VERSION = 2  # of the definitions: one more, and all that was added up by older ones is added up anew
FACT = tuple(name for name in (*DIMENSIONS, *SUMS) if name not in {"event_name", "slot"})
TALLY = tuple(name for name in (*PLACE, *TALLIED) if name not in {"event_name", "slot"})


def lines(groups: Iterable[Group]) -> list[RollupLine]:
    """Of what ``raw`` has looked up."""
    found: dict[tuple[str, str, bool], list[Group]] = defaultdict(list)
    for group in groups:
        found[group["pixel"], group["event_name"], bool(group["tests"])].append(group)
    return [_line(place, figures_of(alike)) for place, alike in found.items()]


def figures(line: RollupLine, slot: int) -> Figures:
    """What a line tells, as of that part of a window."""
    place = {"event_name": line.event_name, "slot": slot}
    return Figures(
        [Fact(**_read(FACT, values), **place) for values in line.numbers["facts"]],
        [Tally(**_read(TALLY, values), **place) for values in line.numbers["tallies"]],
    )


def _line(place: tuple[str, str, bool], found: Figures) -> RollupLine:
    pixel, event_name, is_test = place
    numbers = {
        "facts": [_written(FACT, fact) for fact in found.facts],
        "tallies": [_written(TALLY, tally) for tally in found.tallies],
    }
    return RollupLine(pixel=pixel, event_name=event_name, is_test=is_test, numbers=numbers)


def _written(names: tuple[str, ...], value: Fact | Tally) -> list[Any]:
    return [str(each) if isinstance(each, Decimal) else each for each in (getattr(value, name) for name in names)]


def _read(names: tuple[str, ...], values: list[Any]) -> dict[str, Any]:
    told = dict(zip(names, values, strict=True))
    if told["money"] is not None:
        told["money"] = Decimal(told["money"])
    return told
