"""Migrations: named, reversible, additive, and nothing that a model says is missing from them."""

import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader

APP = "capi_tracking"
# On a table with millions of rows each of these takes the old workers' columns away, or the shop's time.
NOT_ADDITIVE = (
    operations.AlterField,
    operations.AlterUniqueTogether,
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.RunPython,
    operations.RunSQL,
)


def migrations() -> list[Migration]:
    loader = MigrationLoader(None)
    return [loader.disk_migrations[node] for node in sorted(loader.disk_migrations) if node[0] == APP]


def names() -> list[str]:
    return [migration.name for migration in migrations()]


def tables() -> set[str]:
    return {table for table in connection.introspection.table_names() if table.startswith(f"{APP}_")}


def indexes(table: str) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    return {
        name: sorted(each["columns"]) for name, each in found.items() if name.startswith("capi_") and each["columns"]
    }


@pytest.mark.django_db
def test_models__say_nothing_that_the_migrations_do_not() -> None:
    call_command("makemigrations", APP, check=True, dry_run=True, verbosity=0)


def test_migrations__have_telling_names_in_one_line() -> None:
    loader = MigrationLoader(None)
    assert len(loader.graph.leaf_nodes(APP)) == 1
    for name in names():
        assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name)
        assert "_auto_" not in name


@pytest.mark.parametrize("name", names())
def test_migration__can_be_undone(name: str) -> None:
    (migration,) = (each for each in migrations() if each.name == name)
    assert all(operation.reversible for operation in migration.operations)


def test_migrations__after_the_first_only_add() -> None:
    later = (operation for migration in migrations()[1:] for operation in migration.operations)
    assert [each for each in later if isinstance(each, NOT_ADDITIVE)] == []


@pytest.fixture
def migrated_again() -> Iterator[None]:
    yield
    call_command("migrate", APP, verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("migrated_again")
def test_migrations__go_back_to_nothing_and_forth_again() -> None:
    before = {table: indexes(table) for table in tables()}
    assert before
    for name in [*reversed(names()[:-1]), "zero"]:
        call_command("migrate", APP, name, verbosity=0)
    assert tables() == set()
    for name in names():
        call_command("migrate", APP, name, verbosity=0)
    assert {table: indexes(table) for table in tables()} == before


@pytest.mark.django_db
def test_check__has_nothing_to_say_about_this_database() -> None:
    said = StringIO()
    call_command("check", APP, databases=["default"], fail_level="WARNING", stdout=said, stderr=said)
    assert "no issues" in said.getvalue()
