"""Many rows at once, by the database itself: copies of one that the product made, each with what must differ."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

SERIES = {
    "postgresql": "generate_series({first}, {last}) AS series(i)",
    "mysql": "(SELECT seq AS i FROM seq_{first}_to_{last}) AS series",
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s WHERE i < {last}) SELECT i FROM s)"
    " AS series",
}
LATER = {
    "postgresql": "(timestamptz '{at}+00' + {seconds} * interval '1 second')",
    "mysql": "TIMESTAMPADD(MICROSECOND, FLOOR({seconds} * 1000000), '{at}')",
    "sqlite": "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f000', '{at}', ({seconds}) || ' seconds')",
}
EARLIER_DAY = {
    "postgresql": "(date '{day}' - ({days})::int)",
    "mysql": "DATE_SUB('{day}', INTERVAL {days} DAY)",
    "sqlite": "DATE('{day}', '-' || ({days}) || ' days')",
}
ODD = (2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263)
AT_ONCE = 250_000
KEYS = ("visitor_key", "email_key", "phone_key", "external_key")
COUNTED = "{n}"  # stands for how many came before, in a column's SQL


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


def copy(template: Any, count: int, columns: Mapping[str, str]) -> None:
    """``columns``: SQL for those that differ from the template's, of a number ``i`` that no other row has."""
    begin = last_id(type(template)) + 1
    counted = {name: sql.replace(COUNTED, f"(i - {begin})") for name, sql in columns.items()}
    for first in range(begin, begin + count, AT_ONCE):
        _copy(template, first, min(first + AT_ONCE, begin + count) - 1, counted)


def _copy(template: Any, first: int, last: int, columns: Mapping[str, str]) -> None:
    table = template._meta.db_table
    names = [field.column for field in template._meta.concrete_fields if field.column != "id" and not field.generated]
    quoted = [connection.ops.quote_name(name) for name in names]
    values = [columns.get(name, f"{table}.{quote}") for name, quote in zip(names, quoted, strict=True)]
    source = SERIES[connection.vendor].format(first=first, last=last)
    with transaction.atomic(), connection.cursor() as cursor:
        # what follows FROM is a join: each number of the series with the template's row
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(quoted)}) SELECT {', '.join(values)}"
            f" FROM {source} JOIN {table} ON {table}.id = %s",
            [template.pk],
        )


def of_events(table: str) -> dict[str, str]:
    """Each an event and a buyer of its own."""
    return {
        "key": key(),
        "event_id": digest("e"),
        "order_key": joined_text("'old.order:'", "i"),
        "payload": f"REPLACE({table}.payload, {table}.event_id, {digest('e')})",
        **{name: short(name[0]) for name in KEYS},
    }


def joined(*parts: str) -> str:
    return (", " if connection.vendor != "sqlite" else " || ").join(parts)


def joined_text(*parts: str) -> str:
    return f"CONCAT({joined(*parts)})" if connection.vendor != "sqlite" else f"({joined(*parts)})"


def digest(salt: str) -> str:
    """32 hex characters that follow from the number, in no order: as ids are, and as they lie in an index."""
    if connection.vendor == "sqlite":  # no digest there: products with odd numbers are as scattered, within 63 bits
        parts = ", ".join(f"(i * {odd} + {ord(salt)}) & 4294967295" for odd in ODD)
        return f"printf('%08x%08x%08x%08x', {parts})"
    return f"MD5(CONCAT('{salt}', i))"


def key() -> str:
    """Of event and receipt alike: the same number, the same event."""
    return joined_text(digest("k"), digest("l"))


def short(salt: str) -> str:
    return f"SUBSTR({digest(salt)}, 1, 16)"


def later(at: datetime, step_seconds: float, plus_seconds: int = 0) -> str:
    """Times that follow each other from ``at`` (UTC) on."""
    seconds = f"({COUNTED} * {step_seconds:.6f} + {plus_seconds})"
    return LATER[connection.vendor].format(at=f"{at:%Y-%m-%d %H:%M:%S}", seconds=seconds)


def earlier_day(at: datetime, days: str) -> str:
    return EARLIER_DAY[connection.vendor].format(day=f"{at:%Y-%m-%d}", days=days)


def last_id(model: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {model._meta.db_table}")
        return int(cursor.fetchone()[0])


def analyze(model: Any) -> None:
    """What autovacuum would have done by then: statistics, and on PostgreSQL the pages that are visible to all."""
    table = model._meta.db_table
    statement = {"postgresql": f"VACUUM ANALYZE {table}", "mysql": f"ANALYZE TABLE {table}", "sqlite": "ANALYZE"}
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])
