"""Which database this run is on, and what to set for another. Nothing here opens a connection."""

import pytest
from django.db import connection

POSTGRESQL = "postgresql"
MARIADB = "mysql"
SQLITE = "sqlite"
SECOND = "second"
SHARED = SECOND if connection.vendor == SQLITE else "default"  # in memory nobody else can open it

DOCUMENTED = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}

shares_a_database = pytest.mark.django_db(transaction=True, databases=["default", SHARED])
uses_two_databases = pytest.mark.django_db(transaction=True, databases=["default", SECOND])

_EXAMPLES = {
    POSTGRESQL: "DATABASE_URL=postgres://postgres@127.0.0.1:5432/capi",
    MARIADB: "DATABASE_URL=mysql://root@127.0.0.1:3306/capi",
    SQLITE: "no DATABASE_URL",
}


def wants(*vendors: str) -> pytest.MarkDecorator:
    """Skips the test on other databases, and says what to set."""
    which = " or ".join(_EXAMPLES[vendor] for vendor in vendors)
    return pytest.mark.skipif(connection.vendor not in vendors, reason=f"wants {which}")


def wants_a_server() -> pytest.MarkDecorator:
    return wants(POSTGRESQL, MARIADB)
