"""Makes and drops databases: connected to the server's own, in none of ours."""

import django
from django.db import connection

from tests.benchmarks.sides.lines import serve


def create(name: str) -> None:
    execute(f"CREATE DATABASE {name}" + (" CHARACTER SET utf8mb4" if connection.vendor == "mysql" else ""))


def drop(name: str) -> None:
    execute(f"DROP DATABASE IF EXISTS {name}" + (" WITH (FORCE)" if connection.vendor == "postgresql" else ""))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


if __name__ == "__main__":
    django.setup()
    serve(create, drop)
