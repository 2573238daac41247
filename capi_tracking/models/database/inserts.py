"""Rows that may be there already, each in one statement: an IntegrityError would break the caller's transaction."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import connections, router, transaction
from django.db.models import CharField, Model, QuerySet, TextField
from django.db.models.constants import OnConflict
from django.db.models.expressions import BaseExpression
from django.db.models.sql import InsertQuery

from .arrays import EMPTY, AnyField, Column, Mark, in_arrays


class Insertion(NamedTuple):
    """A statement without its values, the columns that they are for, and the database's word for no."""

    head: str
    tail: str
    columns: list[Column]
    false: str


def insert_once(queryset: QuerySet[Any], row: Model, *, same: str) -> bool:
    """Insert in one statement; a row that is there already stays as it is, and nothing is raised.

    ``same``: as for :func:`insert_all`. True if the row is surely new: MySQL does not tell.
    """
    return insert_all(queryset, [row], same=same) == 1 and connections[_using(queryset)].vendor != "mysql"


def insert_all(queryset: QuerySet[Any], rows: Sequence[Model], *, same: str) -> int:
    """Insert what is not there yet, all in one statement. Returns how many rows the database says that it wrote.

    MySQL's INSERT IGNORE cuts and invents values, hence an update there, of ``same``: a column that is equal in rows
    that can collide.
    """
    using = _using(queryset)
    return _write(_insertion(type(rows[0]), using, same), rows, using)


def add_counts(queryset: QuerySet[Any], rows: Sequence[Model], *, place: tuple[str, ...]) -> None:
    """Insert the rows, or add their ``count`` to those that stand in their place. No two may have the same place."""
    using = _using(queryset)
    _write(_upsertion(type(rows[0]), using, place, *ADDED), rows, using)


def raise_states(queryset: QuerySet[Any], rows: Sequence[Model], *, place: tuple[str, ...]) -> None:
    """Insert the rows, or lift those that stand in their place to a higher ``state``. No two may have the same place."""
    using = _using(queryset)
    _write(_upsertion(type(rows[0]), using, place, *RAISED), rows, using)


def keep_latest(queryset: QuerySet[Any], rows: Sequence[Model], *, place: tuple[str, ...]) -> None:
    """Insert the rows, or bring those that stand in their place to a later ``withdrawn_at``. No two of one place."""
    using = _using(queryset)
    _write(_upsertion(type(rows[0]), using, place, *LATEST), rows, using)


def keep_longest(queryset: QuerySet[Any], rows: Sequence[Model], *, place: tuple[str, ...]) -> None:
    """Insert the rows, or bring those that stand in their place to a later ``stale_until``. No two of one place."""
    using = _using(queryset)
    _write(_upsertion(type(rows[0]), using, place, *LONGEST), rows, using)


# What happens where a row is there: for most, and for MySQL, which assigns from left to right, so the state comes last.
ADDED = (
    "DO UPDATE SET count = {table}.count + EXCLUDED.count",
    "count = count + VALUES(count)",
)
RAISED = (
    "DO UPDATE SET state = EXCLUDED.state, detail = EXCLUDED.detail, changed_at = EXCLUDED.changed_at, "
    "corrected_at = EXCLUDED.changed_at WHERE {table}.state < EXCLUDED.state",
    "detail = IF(VALUES(state) > state, VALUES(detail), detail), "
    "changed_at = IF(VALUES(state) > state, VALUES(changed_at), changed_at), "
    "corrected_at = IF(VALUES(state) > state, VALUES(changed_at), corrected_at), state = GREATEST(state, VALUES(state))",
)
LATEST = (
    "DO UPDATE SET withdrawn_at = EXCLUDED.withdrawn_at, reason = EXCLUDED.reason "
    "WHERE {table}.withdrawn_at < EXCLUDED.withdrawn_at",
    "reason = IF(VALUES(withdrawn_at) > withdrawn_at, VALUES(reason), reason), "
    "withdrawn_at = GREATEST(withdrawn_at, VALUES(withdrawn_at))",
)

LONGEST = (
    "DO UPDATE SET stale_until = EXCLUDED.stale_until WHERE {table}.stale_until < EXCLUDED.stale_until",
    "stale_until = GREATEST(stale_until, VALUES(stale_until))",
)


def _using(queryset: QuerySet[Any]) -> str:
    return queryset._db or router.db_for_write(queryset.model)  # type: ignore[attr-defined]


def _write(statement: Insertion, rows: Sequence[Model], using: str) -> int:
    size = connections[using].ops.bulk_batch_size([column.field for column in statement.columns], rows)
    return sum([_write_slice(statement, rows[at : at + size], using) for at in range(0, len(rows), size)])


def _write_slice(statement: Insertion, rows: Sequence[Model], using: str) -> int:
    connection = connections[using]
    source, values = in_arrays(rows, statement.columns, connection, _compiled) or _in_places(
        statement, rows, connection
    )
    with transaction.mark_for_rollback_on_error(using), connection.cursor() as cursor:
        cursor.execute(f"{statement.head} {source} {statement.tail}", values)
        written = int(cursor.rowcount)
    for row in rows:
        row._state.adding, row._state.db = False, using
    return written


def _in_places(statement: Insertion, rows: Sequence[Model], connection: Any) -> Mark:
    marks = list(zip(*[_marks(column, rows, statement.false, connection) for column in statement.columns], strict=True))
    places = ", ".join([f"({', '.join([mark for mark, _ in each])})" for each in marks])
    return f"VALUES {places}", [value for each in marks for _, given in each for value in given]


@cache
def _insertion(model: type[Model], using: str, same: str) -> Insertion:
    """What ``bulk_create()`` writes as well, but anew each time, which takes longer than the rows themselves."""
    connection = connections[using]
    conflict = OnConflict.UPDATE if connection.vendor == "mysql" else OnConflict.IGNORE
    fields = _fields(model)
    updated = [field.column for field in fields if field.name == same]
    tail = connection.ops.on_conflict_suffix_sql(fields, conflict, updated, [])
    return _prepared(model, using, connection.ops.insert_statement(on_conflict=conflict), tail)


@cache
def _upsertion(model: type[Model], using: str, place: tuple[str, ...], change: str, change_on_mysql: str) -> Insertion:
    connection = connections[using]
    quoted = connection.ops.quote_name
    columns = ", ".join(map(quoted, place))
    tail = f"ON CONFLICT ({columns}) {change.format(table=quoted(model._meta.db_table))}"
    if connection.vendor == "mysql":
        tail = f"ON DUPLICATE KEY UPDATE {change_on_mysql}"
    return _prepared(model, using, connection.ops.insert_statement(), tail)


def _prepared(model: type[Model], using: str, verb: str, tail: str) -> Insertion:
    connection, fields = connections[using], _fields(model)
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in fields)
    columns = [Column(field.attname, isinstance(field, CharField | TextField), field) for field in fields]
    false = "FALSE" if connection.vendor == "postgresql" else "0"
    return Insertion(f"{verb} {quoted(model._meta.db_table)} ({names})", tail, columns, false)


def _fields(model: type[Model]) -> list[AnyField]:
    return [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]


def _marks(column: Column, rows: Sequence[Model], false: str, connection: Any) -> list[Mark]:
    """Those of a column: reckoned once where it is the same in all rows."""
    found = [getattr(row, column.attname) for row in rows] if len(rows) > 1 else []
    if found and found.count(found[0]) == len(found):
        return [_mark(column, rows[0], false, connection)] * len(rows)
    return [_mark(column, row, false, connection) for row in rows]


def _mark(column: Column, row: Model, false: str, connection: Any) -> Mark:
    """What stands for the column's value in the statement, and the values that this takes.

    What is empty stands there itself: most columns of a row are, and a driver keeps only what it read of short lists.
    """
    value = getattr(row, column.attname)
    if not value and (value is None or value is False or type(value) in EMPTY):
        return ("NULL" if value is None else false if value is False else EMPTY[type(value)]), []
    if column.is_text and type(value) is str:
        return "%s", [value]  # ready as it is: to have the field prepare it takes longer than to write it
    value = column.field.get_db_prep_save(column.field.pre_save(row, add=True), connection)
    return _compiled(type(row), connection.alias, value) if isinstance(value, BaseExpression) else ("%s", [value])


@lru_cache(maxsize=64)
def _compiled(model: type[Model], using: str, expression: BaseExpression) -> Mark:
    compiler = InsertQuery(model).get_compiler(using)
    text, values = compiler.compile(expression.resolve_expression(compiler.query, for_save=True))
    return text, list(values)
