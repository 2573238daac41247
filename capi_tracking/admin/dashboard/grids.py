"""A table as a value: what the page shows and what a spreadsheet gets are the same rows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ...metrics import Money


class Kind(StrEnum):
    """What stands in a column, beside the text of the first."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    SCORE = "score"
    MONEY = "money"
    TIME = "time"
    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: Kind = Kind.COUNT

    @property
    def is_number(self) -> bool:
        return self.kind in {Kind.COUNT, Kind.PERCENT, Kind.SCORE, Kind.MONEY}


@dataclass(frozen=True, slots=True)
class Cell:
    """``value``: a text, a number, a time or a tuple of Money; None where there is nothing to tell.

    ``href`` leads to the rows behind it, ``note`` is a second line, ``level`` (bad, quiet, or heat-0 to heat-4) how it looks.
    """

    value: Any
    href: str = ""
    note: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """``name``: in addresses. ``empty``: what stands there where there is no row."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    hint: str = ""
    empty: str = ""

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


def currencies(grid: Grid, number: int) -> list[str]:
    """Those of one column of money, by the alphabet."""
    sums: list[tuple[Money, ...]] = [row[number].value or () for row in grid.rows]
    return sorted({each.currency for money in sums for each in money})
