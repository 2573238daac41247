"""Many rows for PostgreSQL: an array for each column, since a driver takes longer to read thousands of places than to fill them."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Field, Model
from django.db.models.expressions import BaseExpression

AnyField: TypeAlias = "Field[Any, Any]"
Mark = tuple[str, list[Any]]  # what stands in a statement, and the values that it takes
EMPTY: dict[type, str] = {str: "''", int: "0"}
MANY = 20  # rows, from which on it is worth it


class Column(NamedTuple):
    """Where a value comes from, and whether text is ready as it is."""

    attname: str
    is_text: bool
    field: AnyField


Compiled = Callable[[type[Model], str, BaseExpression], Mark]


def in_arrays(rows: Sequence[Model], columns: Sequence[Column], connection: Any, compiled: Compiled) -> Mark | None:
    """What stands in place of VALUES; None where that is as good, or where it can't be told by arrays.

    What is the same in all rows stands there once.
    """
    if connection.vendor != "postgresql" or len(rows) < MANY:
        return None
    chosen: list[str] = []
    arrays: list[str] = []
    fixed, given = list[Any](), list[Any]()
    for column in columns:
        kind = column.field.db_type(connection) or ""
        found = [getattr(row, column.attname) for row in rows]
        first = found[0]
        if isinstance(first, BaseExpression):
            if not all(each is first for each in found):
                return None
            text, values = compiled(type(rows[0]), connection.alias, first)
            chosen.append(text)
            fixed += values
        elif found.count(first) == len(found):
            chosen.append(f"(%s)::{kind}")
            fixed.append(_ready(column, rows[0], first, connection))
        elif kind.endswith("]") or any(isinstance(each, BaseExpression) for each in found):
            return None  # UNNEST would open an array of arrays
        else:
            chosen.append(f"given.c{len(arrays)}")
            arrays.append(f"(%s)::{kind}[]")
            given.append([_ready(column, row, each, connection) for row, each in zip(rows, found, strict=True)])
    names = ", ".join(f"c{number}" for number in range(len(arrays)))
    source = f"SELECT {', '.join(chosen)} FROM UNNEST({', '.join(arrays)}) AS given({names})"  # noqa: S608
    return source, [*fixed, *given]


def _ready(column: Column, row: Model, value: Any, connection: Any) -> Any:
    """Text is ready as it is: to have the field prepare it takes longer than to write it."""
    if value is None or (column.is_text and type(value) is str):
        return value
    return column.field.get_db_prep_save(column.field.pre_save(row, add=True), connection)
