"""One line for the gate: on what this run stands. ``python -m tests.versions``."""

import os
import platform
import sys

import celery
import django
import kombu


def database() -> str:
    """The server's own word, not the setting's."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {connection.Database.sqlite_version}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT version()")
        return str(cursor.fetchone()[0]).split(" on ")[0]


def broker() -> str:
    url = os.environ.get("CELERY_BROKER_URL", "")
    if not url:
        return "no broker"
    with kombu.Connection(url, connect_timeout=5) as connection:
        connection.ensure_connection(max_retries=1)
        if connection.transport_cls == "redis":
            return f"Redis {connection.default_channel.client.info('server')['redis_version']}"
        return (
            f"{connection.connection.server_properties['product']} {connection.connection.server_properties['version']}"
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    versions = [database(), broker(), f"Django {django.__version__}", f"Celery {celery.__version__}"]
    sys.stdout.write(", ".join([*versions, f"Python {platform.python_version()}"]) + "\n")
