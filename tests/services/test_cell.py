"""A cell of the matrix says which database it means to be on; this finds out whether it is."""

import os
from collections.abc import Callable

import pytest
from django.db import connection

from capi_tracking.models import OutboxEvent
from tests.outbox_rows import make_rows
from tests.services.servers import MARIADB, POSTGRESQL
from tests.waiting import until

MEANT = os.environ.get("CAPI_CELL_VENDOR", "")
ROWS = 50

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not MEANT, reason="wants CAPI_CELL_VENDOR=postgresql, mysql or sqlite"),
]


def rows_inserted() -> int:
    """By the server's own count."""
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRESQL:
            cursor.execute("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = %s", [OutboxEvent._meta.db_table])
            return int(cursor.fetchone()[0])
        if connection.vendor == MARIADB:
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Handler_write'")
            return int(cursor.fetchone()[1])
    return int(connection.connection.total_changes)


def test_cell__is_on_the_database_that_it_means() -> None:
    assert connection.vendor == MEANT
    assert MEANT != MARIADB or connection.mysql_is_mariadb


def test_cell__the_server_counts_what_the_package_writes(record_property: Callable[[str, object], None]) -> None:
    before = rows_inserted()
    make_rows(ROWS)
    until(lambda: rows_inserted() >= before + ROWS)
    record_property("server", f"{connection.display_name} {connection.get_database_version()}")
