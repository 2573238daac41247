"""Tables as drawings: whole numbers only, since a decimal comma would break them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format

from .grids import Cell, Column, Grid, Kind
from .ticks import ticks

HEIGHT = 240  # up to five steps are a whole number of it each
STEP = 20
BAR = 14
GAP = (STEP - BAR) // 2
LINE = 38
SPARK_WIDTH, SPARK_HEIGHT = 100, 24
FORMATS = {Kind.DAY: "D j M", Kind.HOUR: "D H:i"}


@dataclass(frozen=True, slots=True)
class Box:
    look: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """``note``: what else there was, for which a line stands before it."""

    x: int
    words: str
    boxes: tuple[Box, ...]
    note: str = ""

    @property
    def edge(self) -> int:
        return self.x - GAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Bars that stand beside each other, of boxes that stand on each other. ``keys``: look and title of each box."""

    grid: Grid
    says: str
    keys: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    ticks: tuple[int, ...]
    marks: tuple[str, ...]
    width: int
    height: int = HEIGHT
    bar_width: int = BAR

    @property
    def has_notes(self) -> bool:
        return any(bar.note for bar in self.bars)

    @property
    def levels(self) -> tuple[tuple[int, int], ...]:
        """The axis from above: each number, and how far down it stands."""
        return tuple((tick, _down(tick, self.ticks[-1])) for tick in reversed(self.ticks))


def columns(grid: Grid, looks: Sequence[str], says: str) -> Columns:
    """The first column of the table is when, the others are what is counted; ``says`` tells who can't see it what it is."""
    lines = [(_when(grid.columns[0], row[0]), [cell.value for cell in row[1 : len(looks) + 1]]) for row in grid.rows]
    axis = ticks(max((sum(counts) for _when, counts in lines), default=0))
    notes = [row[0].note for row in grid.rows]
    titles = [column.title for column in grid.columns[1 : len(looks) + 1]]
    bars = tuple(
        Bar(n * STEP + GAP, _words(when, titles, counts, notes[n]), _boxes(looks, counts, axis[-1]), notes[n])
        for n, (when, counts) in enumerate(lines)
    )
    return Columns(
        grid=grid,
        says=says,
        keys=tuple(zip(looks, titles, strict=True)),
        bars=bars,
        ticks=axis,
        marks=_marks([when for when, _counts in lines]),
        width=max(len(bars), 1) * STEP,
    )


def _when(column: Column, cell: Cell) -> str:
    moment: datetime = cell.value
    return date_format(timezone.localtime(moment, timezone.get_default_timezone()), FORMATS[column.kind])


def _words(when: str, titles: Sequence[str], counts: Sequence[int], note: str) -> str:
    told = (f"{title} {number_format(count, force_grouping=True)}" for title, count in zip(titles, counts, strict=True))
    return ". ".join(filter(None, (f"{when}: {', '.join(told)}", note)))


def _marks(labels: list[str]) -> tuple[str, ...]:
    """The first, the middle and the last: more would not fit a phone."""
    return (labels[0], labels[len(labels) // 2], labels[-1]) if len(labels) > 2 else tuple(labels)


def _boxes(looks: Sequence[str], counts: Sequence[int], highest: int) -> tuple[Box, ...]:
    boxes, below = [], 0
    for look, count in zip(looks, counts, strict=True):
        top, bottom = _down(below + count, highest), _down(below, highest)
        if count:
            boxes.append(Box(look, min(top, bottom - 1), max(bottom - top, 1)))  # one in a thousand is seen too
        below += count
    return tuple(boxes)


def _down(level: int, highest: int) -> int:
    return HEIGHT - round(level * HEIGHT / highest)


@dataclass(frozen=True, slots=True)
class Line:
    """A bar that lies: its words above it, and ``width`` in percent of the longest."""

    words: str
    told: str
    y: int
    text_y: int
    width: int


@dataclass(frozen=True, slots=True)
class Lines:
    grid: Grid
    says: str
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        return len(self.lines) * LINE


def lines(grid: Grid, says: str) -> Lines:
    """The first column of the table names each, the second counts it, a third tells its share."""
    most = max((row[1].value for row in grid.rows), default=0)
    drawn = (
        Line(row[0].value, _told(row), n * LINE + 20, n * LINE + 14, _percent(row[1].value, most))
        for n, row in enumerate(grid.rows)
    )
    return Lines(grid, says, tuple(drawn))


def _told(row: Sequence[Cell]) -> str:
    count = number_format(row[1].value, force_grouping=True)
    share = row[2].value if len(row) > 2 else None
    return count if share is None else f"{count} ({share}\N{NO-BREAK SPACE}%)"


def _percent(part: int, whole: int) -> int:
    return max(round(100 * part / whole), 1) if part else 0


def spark(percents: Sequence[int | None]) -> tuple[str, ...]:
    """The points of a small line, cut where there is nothing to tell: 0 % at the bottom, 100 at the top."""
    pieces: list[list[str]] = [[]]
    for number, percent in enumerate(percents):
        if percent is None:
            pieces.append([])
        else:
            x = round(number * SPARK_WIDTH / max(len(percents) - 1, 1))
            pieces[-1].append(f"{x},{SPARK_HEIGHT - round(percent * SPARK_HEIGHT / 100)}")
    return tuple(" ".join(piece if len(piece) > 1 else piece * 2) for piece in pieces if piece)
