"""That browsers had events goes with every beacon: to have Django write its statement takes longer than to run it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from django.db import connections, transaction
from django.db.models import Model


def mark_seen(model: type[Model], using: str, keys: Sequence[str], at: datetime, latest: datetime) -> int:
    """Note in the rows of these keys that no browser has had yet when one did, and ``latest`` as their deadline.

    A deadline that is nearer stays. Returns how many rows that were.
    """
    connection, moment = connections[using], model._meta.get_field("browser_at")
    times = [moment.get_db_prep_value(each, connection) for each in (at, latest)]  # type: ignore[union-attr]
    with transaction.mark_for_rollback_on_error(using), connection.cursor() as cursor:
        cursor.execute(_statement(model, using, len(keys)), [*times, *keys])
        return int(cursor.rowcount)


@cache
def _statement(model: type[Model], using: str, count: int) -> str:
    """At most one for each number of receipts that a beacon may bring."""
    connection = connections[using]
    quoted, least = connection.ops.quote_name, "MIN" if connection.vendor == "sqlite" else "LEAST"
    key, seen, deadline = map(quoted, ("key", "browser_at", "deadline_at"))
    return (
        f"UPDATE {quoted(model._meta.db_table)} SET {seen} = %s, {deadline} = {least}({deadline}, %s) "  # noqa: S608
        f"WHERE {seen} IS NULL AND {key} IN ({', '.join(['%s'] * count)})"
    )
