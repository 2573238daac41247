"""A database of our own on the server that DATABASE_URL names, beside whatever else is there."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.apps import apps
from django.db import connection, connections

from tests.brokers.processes import ROOT

ALIAS = "shop"
MIGRATE_SECONDS = 120


@contextmanager
def own_database() -> Iterator[str]:
    """New and migrated, dropped at the end; yields its address, and ``ALIAS`` leads there in this process."""
    name = f"capi_shop_{uuid.uuid4().hex[:12]}"
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    execute(f"CREATE DATABASE {name}" + (" CHARACTER SET utf8mb4" if connection.vendor == "mysql" else ""))
    connections.databases[ALIAS] = {**connection.settings_dict, "NAME": name}
    try:
        migrate(address)
        yield address
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.databases[ALIAS]
        execute(f"DROP DATABASE {name}" + (" WITH (FORCE)" if connection.vendor == "postgresql" else ""))


def execute(statement: str) -> None:
    """On the server, in none of its databases."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def migrate(address: str) -> None:
    """In a process of its own, with the shop's settings."""
    env = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.brokers.shop_settings"}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"]
    done = subprocess.run(
        command, env=os.environ | env, cwd=ROOT, capture_output=True, text=True, timeout=MIGRATE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr


def forget_rows() -> None:
    for model in apps.get_app_config("capi_tracking").get_models():
        if model._meta.managed:
            model._default_manager.using(ALIAS).all().delete()
    connections[ALIAS].close()
