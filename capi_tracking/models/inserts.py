"""Rows that may be there already, each in one statement: an IntegrityError would break the caller's transaction."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

from django.db import connections, router, transaction
from django.db.models import CharField, Field, Model, QuerySet, TextField
from django.db.models.constants import OnConflict
from django.db.models.expressions import BaseExpression
from django.db.models.sql import InsertQuery

AnyField: TypeAlias = "Field[Any, Any]"
Mark = tuple[str, list[Any]]


class Insertion(NamedTuple):
    """A statement without its values, the fields that they are of, and those of the fields that hold text."""

    head: str
    tail: str
    fields: list[AnyField]
    texts: frozenset[AnyField]


def insert_once(queryset: QuerySet[Any], row: Model, *, same: str) -> None:
    """Insert in one statement; a row that is there already stays as it is, and nothing is raised.

    ``same``: as for :func:`insert_all`.
    """
    using = queryset._db or router.db_for_write(queryset.model)  # type: ignore[attr-defined]
    statement = _insertion(type(row), using, same)
    marks = [_mark(statement, field, row, using) for field in statement.fields]
    text = f"{statement.head} ({', '.join([mark for mark, _ in marks])}) {statement.tail}"
    with transaction.mark_for_rollback_on_error(using), connections[using].cursor() as cursor:
        cursor.execute(text, [value for _, values in marks for value in values])
    row._state.adding, row._state.db = False, using


@cache
def _insertion(model: type[Model], using: str, same: str) -> Insertion:
    """What ``bulk_create()`` of one row writes as well, but anew each time, which takes longer than the row itself."""
    connection = connections[using]
    quoted, ops = connection.ops.quote_name, connection.ops
    fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]
    conflict = OnConflict.UPDATE if connection.vendor == "mysql" else OnConflict.IGNORE
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    head = f"{ops.insert_statement(on_conflict=conflict)} {quoted(model._meta.db_table)} ({columns}) VALUES"
    updated = [field.column for field in fields if field.name == same]
    tail = ops.on_conflict_suffix_sql(fields, conflict, updated, [])
    return Insertion(
        head, tail, fields, frozenset(field for field in fields if isinstance(field, CharField | TextField))
    )


def _mark(statement: Insertion, field: AnyField, row: Model, using: str) -> Mark:
    """What stands for the field's value in the statement, and the values that this takes."""
    value = getattr(row, field.attname)
    if value is None or (type(value) is str and field in statement.texts):
        return "%s", [value]  # ready as it is: to have the field prepare it takes longer than to write it
    value = field.get_db_prep_save(field.pre_save(row, add=True), connections[using])
    return _compiled(type(row), using, value) if isinstance(value, BaseExpression) else ("%s", [value])


@lru_cache(maxsize=64)
def _compiled(model: type[Model], using: str, expression: BaseExpression) -> Mark:
    compiler = InsertQuery(model).get_compiler(using)
    text, values = compiler.compile(expression.resolve_expression(compiler.query, for_save=True))
    return text, list(values)


def insert_all(queryset: QuerySet[Any], rows: Sequence[Model], *, same: str) -> None:
    """Insert what is not there yet, all in one statement.

    MySQL's INSERT IGNORE cuts and invents values, hence an update there, of ``same``: a column that is equal in rows
    that can collide.
    """
    if connections[queryset.db].vendor == "mysql":
        queryset.bulk_create(rows, update_conflicts=True, update_fields=[same])
    else:
        queryset.bulk_create(rows, ignore_conflicts=True)


def add_counts(queryset: QuerySet[Any], rows: Sequence[Model], *, place: Sequence[str]) -> None:
    """Insert the rows, or add their ``count`` to those that stand in their place. No two may have the same place."""
    if connections[queryset.db].vendor == "mysql":
        suffix = "ON DUPLICATE KEY UPDATE {count} = {count} + VALUES({count})"
    else:
        suffix = "ON CONFLICT ({place}) DO UPDATE SET {count} = {table}.{count} + EXCLUDED.{count}"
    _insert(queryset, rows, suffix, place, count="count")


def raise_states(queryset: QuerySet[Any], rows: Sequence[Model], *, place: Sequence[str]) -> None:
    """Insert the rows, or lift those that stand in their place to a higher ``state``. No two may have the same place."""
    if connections[queryset.db].vendor == "mysql":  # assigns from left to right, so the state comes last
        suffix = (
            "ON DUPLICATE KEY UPDATE {detail} = IF(VALUES({state}) > {state}, VALUES({detail}), {detail}), "
            "{changed_at} = IF(VALUES({state}) > {state}, VALUES({changed_at}), {changed_at}), "
            "{state} = GREATEST({state}, VALUES({state}))"
        )
    else:
        suffix = (
            "ON CONFLICT ({place}) DO UPDATE SET {state} = EXCLUDED.{state}, {detail} = EXCLUDED.{detail}, "
            "{changed_at} = EXCLUDED.{changed_at} WHERE {table}.{state} < EXCLUDED.{state}"
        )
    _insert(queryset, rows, suffix, place, state="state", detail="detail", changed_at="changed_at")


def _insert(queryset: QuerySet[Any], rows: Sequence[Model], suffix: str, place: Sequence[str], **columns: str) -> None:
    """Django's own INSERT, and what is to happen where a row is there."""
    connection, model = connections[queryset.db], queryset.model
    query = InsertQuery(model)
    query.insert_values([field for field in model._meta.local_concrete_fields if not field.primary_key], list(rows))
    ((statement, parameters),) = query.get_compiler(using=queryset.db).as_sql()
    quote = connection.ops.quote_name
    names = {name: quote(column) for name, column in columns.items()}
    told = suffix.format(table=quote(model._meta.db_table), place=", ".join(map(quote, place)), **names)
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} {told}", parameters)
