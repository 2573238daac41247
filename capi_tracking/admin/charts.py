"""Where the bars of a chart stand: whole numbers, since a decimal comma would break the drawing."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..metrics import Part

HEIGHT = 200
STEP = 20
BAR = 14
GAP = (STEP - BAR) // 2


@dataclass(frozen=True, slots=True)
class Box:
    kind: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    part: Part
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    highest: int
    width: int
    height: int = HEIGHT
    bar_width: int = BAR


def chart(parts: Sequence[Part]) -> Chart:
    """Bars of three boxes each: both sides at the bottom, server only, browser only."""
    highest = max((part.sides.total for part in parts), default=0)
    bars = tuple(Bar(n * STEP + GAP, part, _boxes(part, highest)) for n, part in enumerate(parts))
    return Chart(bars, highest, len(parts) * STEP)


def _boxes(part: Part, highest: int) -> tuple[Box, ...]:
    counts = (("both", part.sides.both), ("server", part.sides.server_only), ("browser", part.sides.browser_only))
    boxes, below = [], 0
    for kind, count in counts:
        top = HEIGHT - round((below + count) * HEIGHT / highest) if highest else HEIGHT
        bottom = HEIGHT - round(below * HEIGHT / highest) if highest else HEIGHT
        if count:
            boxes.append(Box(kind, top, bottom - top))
        below += count
    return tuple(boxes)
