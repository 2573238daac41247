"""A table of the dashboard as a file for a spreadsheet."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from .grids import Cell, Column, Grid, Kind, currencies
from .sheets import sheet


def as_file(grid: Grid, period: str) -> StreamingHttpResponse:
    """Each currency in a column of its own, times in the shop's zone, and what is a number stays one."""
    answer = sheet(f"capi-{grid.name}-{period}", list(_titles(grid)), [list(_values(grid, row)) for row in grid.rows])
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _titles(grid: Grid) -> Iterator[str]:
    for number, column in enumerate(grid.columns):
        if column.kind == Kind.MONEY:
            yield from (f"{column.title}, {currency}" for currency in currencies(grid, number))
        else:
            yield f"{column.title}, %" if column.kind == Kind.PERCENT else column.title


def _values(grid: Grid, row: tuple[Cell, ...]) -> Iterator[Any]:
    for number, (column, cell) in enumerate(zip(grid.columns, row, strict=True)):
        if column.kind == Kind.MONEY:
            sums = {each.currency: each.amount for each in cell.value or ()}
            yield from (sums.get(currency) for currency in currencies(grid, number))
        else:
            yield _value(column, cell.value)


def _value(column: Column, value: Any) -> Any:
    if isinstance(value, datetime):
        local = timezone.localtime(value, timezone.get_default_timezone())
        return local.date().isoformat() if column.kind == Kind.DAY else local.isoformat(sep=" ", timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value
