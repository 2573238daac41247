"""The shield: our failure is a log line, unless the shop's own transaction is gone."""

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from capi_tracking.shield import shielded
from demo_project.shop.models import Category

pytestmark = pytest.mark.django_db


def gone(execute, sql, *rest):
    """A database that went away before a transaction or a savepoint could begin."""
    if sql.startswith(("SAVEPOINT", "BEGIN")):
        raise OperationalError("server closed the connection unexpectedly")
    return execute(sql, *rest)


def test_shield__keeps_a_failure_from_the_shop_and_tells_its_kind_alone(caplog):
    with shielded("default") as outcome:
        raise ValueError("jo@shop.example")
    assert isinstance(outcome.error, ValueError)
    assert "ValueError" in caplog.text
    assert "jo@shop.example" not in caplog.text


def test_shield__undoes_what_was_written_inside():
    with shielded("default"):
        Category.objects.create(slug="a", title="A")
        raise ValueError
    assert not Category.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the others take a ROLLBACK behind Django's back in other ways"
)
def test_shield__lets_an_error_rise_that_took_the_shops_transaction_with_it():
    with pytest.raises(DatabaseError), transaction.atomic(), shielded("default"):
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")  # as InnoDB does in a deadlock: the savepoints are gone too
        raise DatabaseError


def test_shield__lets_the_error_rise_where_no_savepoint_can_be_made():
    error, wrapper = pytest.raises(OperationalError), connection.execute_wrapper(gone)
    with error, transaction.atomic(), wrapper, shielded("default"):
        pytest.fail("the shop's transaction has gone with its connection")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others begin without a statement")
def test_shield__keeps_from_the_shop_that_no_transaction_can_be_begun():
    with connection.execute_wrapper(gone), shielded("default") as outcome:
        Category.objects.create(slug="a", title="A")
    assert isinstance(outcome.error, OperationalError)
    assert not Category.objects.exists()
