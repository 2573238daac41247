"""Many rows at once, by the database itself: copies of one that ``track`` made, each an event and a buyer of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

SERIES = {
    "postgresql": "generate_series({first}, {last}) AS series(i)",
    "mysql": "(SELECT seq AS i FROM seq_{first}_to_{last}) AS series",
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {last}) SELECT i FROM s)"
    " AS series",
}
AT_ONCE = 250_000
KEYS = ("visitor_key", "email_key", "phone_key", "external_key")


@contextmanager
def without_indexes(model: Any) -> Iterator[None]:
    """Built once at the end, in order: a million rows into ten indexes take ten times as long."""
    with connection.schema_editor() as schema:
        for index in model._meta.indexes:
            schema.remove_index(model, index)
    yield
    with connection.schema_editor() as schema:
        for index in model._meta.indexes:
            schema.add_index(model, index)


def copy(template: Any, count: int, **columns: str) -> None:
    """``columns``: SQL for those that differ from the template's; ``{digest}`` stands for 32 hex characters."""
    first = last_id() + 1
    for start in range(first, first + count, AT_ONCE):
        _copy(template, start, min(start + AT_ONCE, first + count) - 1, columns)


def _copy(template: Any, first: int, last: int, columns: dict[str, str]) -> None:
    table = template._meta.db_table
    names = [field.column for field in template._meta.concrete_fields if field.column != "id" and not field.generated]
    values = {name: f"{table}.{name}" for name in names} | _different(table) | columns
    chosen = ", ".join(values[name] for name in names)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    source = SERIES[connection.vendor].format(first=first, last=last)
    with transaction.atomic(), connection.cursor() as cursor:
        # what follows FROM is a join: each number of the series with the template's row
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {chosen} FROM {source} JOIN {table} ON {table}.id = %s",
            [template.pk],
        )


def _different(table: str) -> dict[str, str]:
    event_id = digest("e")
    return {
        "key": f"{'CONCAT' if connection.vendor != 'sqlite' else ''}({joined(digest('k'), digest('l'))})",
        "event_id": event_id,
        "order_key": joined_text("'old.order:'", "i"),
        "payload": f"REPLACE({table}.payload, {table}.event_id, {event_id})",
        **{name: f"SUBSTR({digest(name[0])}, 1, 16)" for name in KEYS},
    }


def joined(*parts: str) -> str:
    return (", " if connection.vendor != "sqlite" else " || ").join(parts)


def joined_text(*parts: str) -> str:
    return f"CONCAT({joined(*parts)})" if connection.vendor != "sqlite" else f"({joined(*parts)})"


def digest(salt: str) -> str:
    """32 hex characters that follow from the number, in no order: as ids are, and as they lie in an index."""
    if connection.vendor == "sqlite":  # no digest there: a product with an odd number is as scattered
        return f"printf('%016x%016x', (i * 7046029254386353131) & 9223372036854775807, i * 16 + {ord(salt) % 16})"
    return f"MD5(CONCAT('{salt}', i))"


def last_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM capi_tracking_outboxevent")
        return int(cursor.fetchone()[0])


def analyze() -> None:
    """What autovacuum would have done by then: statistics, and on PostgreSQL the pages that are visible to all."""
    table = "capi_tracking_outboxevent"
    statement = {"postgresql": f"VACUUM ANALYZE {table}", "mysql": f"ANALYZE TABLE {table}", "sqlite": "ANALYZE"}
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])
