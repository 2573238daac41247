"""Who speaks to the test's database beside this connection."""

import gc

from django.db import connection

OTHERS = (
    "SELECT application_name, state, query FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def end_others() -> None:
    """Hang up on whoever is left: a killed process's session takes a moment, a forgotten connection stays."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(OTHERS.replace("application_name, state, query", "pg_terminate_backend(pid)"))


def others() -> list[tuple[str, str, str]]:
    """Name, state and last query of each. Only PostgreSQL refuses to drop a database for them."""
    if connection.vendor != "postgresql":
        return []
    gc.collect()  # a thread that has ended may have left its connection to the collector
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        return list(cursor.fetchall())
