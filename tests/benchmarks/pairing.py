"""Two sides in the same rounds, and what came of it: the median of the paired ratios, with the least and the most.

The machine's speed changes from one second to the next, and a ratio of two neighbours does not mind.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

Measure = Callable[[], float]

FEWEST = 3
BUDGET = 150.0  # seconds for one comparison


@dataclass(frozen=True, slots=True)
class Paired:
    """The ratios of all rounds."""

    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.ratios)

    def __str__(self) -> str:
        return f"{shown(self.median)}x ({shown(min(self.ratios))}-{shown(max(self.ratios))})"


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure has to reach, or may not exceed."""

    sign: str
    limit: float

    def holds(self, figure: float) -> bool:
        return figure >= self.limit if self.sign == ">=" else figure <= self.limit

    def __str__(self) -> str:
        return f"aim {self.sign} {self.limit:g}"


def at_least(limit: float) -> Bound:
    return Bound(">=", limit)


def at_most(limit: float) -> Bound:
    return Bound("<=", limit)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report. Without a bound it is for information, and can't be missed."""

    name: str
    figure: float
    text: str
    bound: Bound | None = None

    @property
    def is_missed(self) -> bool:
        return self.bound is not None and not self.bound.holds(self.figure)

    def __str__(self) -> str:
        if self.bound is None:
            return f"{self.name} {self.text}"
        return f"{self.name} {self.text} {self.bound} {'MISSED' if self.is_missed else 'ok'}"


@dataclass(frozen=True, slots=True)
class NotRun:
    """An aim that nobody measured is not reached."""

    name: str
    why: str
    is_missed: bool = True

    def __str__(self) -> str:
        return f"{self.name} not run: {self.why}"


def ratio(name: str, paired: Paired, bound: Bound | None = None) -> Line:
    return Line(name, paired.median, str(paired), bound)


def count(name: str, figure: float, bound: Bound | None = None, unit: str = "") -> Line:
    return Line(name, figure, f"{shown(figure)}{unit}", bound)


def fact(name: str, text: str) -> Line:
    return Line(name, 0.0, text)


def rounds(number: int, *, within: float = BUDGET, **sides: Measure) -> list[dict[str, float]]:
    """Each side once a round, forwards and backwards in turn, so that none always comes after the same one.

    After ``within`` seconds no further round begins, once there were three: a busy machine gives fewer, not none.
    """
    found: list[dict[str, float]] = []
    ends = time.monotonic() + within
    while len(found) < number and (len(found) < FEWEST or time.monotonic() < ends):
        names = list(sides) if len(found) % 2 == 0 else list(reversed(sides))
        found.append({name: sides[name]() for name in names})
    return found


def compare(measured: Iterable[Mapping[str, float]], of: str, to: str) -> Paired:
    """How many times ``to`` is in ``of``, round by round."""
    return Paired(tuple(each[of] / each[to] for each in measured))


def derive(measured: Iterable[Mapping[str, float]], formula: Callable[[Mapping[str, float]], float]) -> Paired:
    return Paired(tuple(formula(each) for each in measured))


def status(lines: Iterable[Any]) -> int:
    """The exit status: 0 if nothing is missed, and something was measured."""
    missed = [line.is_missed for line in lines]
    return int(not missed or any(missed))


def shown(figure: float) -> str:
    """Three digits that tell something."""
    if figure == int(figure):
        return f"{figure:.0f}"
    return f"{figure:.2f}" if abs(figure) < 100 else f"{figure:.0f}"
