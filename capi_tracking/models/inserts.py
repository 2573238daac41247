"""Rows that may be there already, each in one statement: an IntegrityError would break the caller's transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery


def insert_once(queryset: QuerySet[Any], row: Model, *, same: str) -> None:
    """Insert in one statement; a row that is there already stays as it is, and nothing is raised."""
    insert_all(queryset, [row], same=same)


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
