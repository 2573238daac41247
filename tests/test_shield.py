"""The shield: our failure is a log line, unless the shop's own transaction is gone."""

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from capi_tracking.exceptions import ImproperlyTracked
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


def test_shield__tells_what_the_shops_developer_has_to_mend(caplog):
    with shielded("default"):
        raise ImproperlyTracked("VALUE is 'net', so ShopOrder needs tax.")
    assert "(VALUE is 'net', so ShopOrder needs tax.); the request goes on" in caplog.text


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
        Category.objects.exists()  # the shop's transaction has gone with its connection


def statements(queries):
    return [query["sql"].split()[0] for query in queries]


def test_shield__asks_the_database_nothing_of_its_own(django_assert_num_queries):
    with django_assert_num_queries(0), shielded("default"), shielded("default"):
        pass


def test_shield__within_another_makes_the_only_savepoint(django_assert_num_queries):
    with django_assert_num_queries(3) as queries, shielded("default"), shielded("default"):
        Category.objects.bulk_create([Category(slug="a", title="A")])
    assert statements(queries) == ["SAVEPOINT", "INSERT", "RELEASE"]


def test_shield__undoes_what_came_before_and_after_one_within_it():
    with shielded("default"):
        Category.objects.create(slug="a", title="A")
        with shielded("default"):
            Category.objects.create(slug="b", title="B")
        Category.objects.create(slug="c", title="C")
        raise ValueError
    assert not Category.objects.exists()


def test_shield__leaves_what_another_within_it_has_done_before_its_first_statement():
    with shielded("default"):
        with shielded("default"):
            Category.objects.create(slug="a", title="A")
        Category.objects.create(slug="b", title="B")
        raise ValueError
    assert [each.slug for each in Category.objects.all()] == ["a"]


@pytest.mark.parametrize("savepoint", [True, False])
def test_shield__stands_around_the_blocks_of_the_code_inside(savepoint):
    with shielded("default") as outcome, transaction.atomic(savepoint=savepoint):
        Category.objects.create(slug="a", title="A")
        raise ValueError
    assert isinstance(outcome.error, ValueError)
    assert not Category.objects.exists()


def test_shield__keeps_the_work_of_a_failed_query_from_the_shop():
    Category.objects.create(slug="a", title="A")
    with shielded("default") as outcome:
        Category.objects.create(slug="a", title="A")
    assert isinstance(outcome.error, DatabaseError)
    assert Category.objects.count() == 1


@pytest.mark.parametrize("asks", [True, False])
def test_shield__runs_nothing_after_the_commit_of_what_failed(django_capture_on_commit_callbacks, asks):
    with django_capture_on_commit_callbacks() as callbacks:
        transaction.on_commit(list)
        with shielded("default"):
            if asks:
                Category.objects.exists()
            transaction.on_commit(dict)
            raise ValueError
    assert callbacks == [list]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others begin without a statement")
def test_shield__keeps_from_the_shop_that_no_transaction_can_be_begun():
    with connection.execute_wrapper(gone), shielded("default") as outcome:
        Category.objects.create(slug="a", title="A")
    assert isinstance(outcome.error, OperationalError)
    assert not Category.objects.exists()
