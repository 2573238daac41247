"""An order's lines are read by a query that is written once, where the shop's manager has nothing to add."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.models.functions import Coalesce
from django.test.utils import isolate_apps

from capi_tracking.models.database import prepared
from capi_tracking.orders import adapter_of, fields
from demo_project.shop.models import Category, Order, OrderLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    made = Order.objects.create(total="30.00")
    for quantity in (2, 1, 3):
        OrderLine.objects.create(order=made, sku=f"kite-{quantity}", title="Kite", quantity=quantity, price="5.00")
    return Order.objects.get(pk=made.pk)


def columns(rows: Any) -> list[dict[str, Any]]:
    return [{**vars(row), "_state": row._state.db} for row in rows]


def test_children__are_what_the_manager_finds(order: Order) -> None:
    found = fields.children(order.lines)
    assert columns(found) == columns(order.lines.all())
    assert [line.quantity for line in found or []] == [2, 1, 3]


def test_children__know_their_order(order: Order, django_assert_num_queries: Any) -> None:
    found = fields.children(order.lines)
    with django_assert_num_queries(0):
        assert all(line.order is order for line in found or [])


def test_contents__of_an_order_are_one_query_that_is_not_written_anew(
    order: Order, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter: Any = adapter_of(Order)
    adapter.contents(order)
    monkeypatch.setattr(models.sql.compiler.SQLCompiler, "as_sql", None)
    with django_assert_num_queries(1):
        assert len(adapter.contents(order)) == 3


def test_contents__of_lines_that_were_fetched_before_are_no_query(order: Order, django_assert_num_queries: Any) -> None:
    fetched = Order.objects.prefetch_related("lines").get(pk=order.pk)
    adapter: Any = adapter_of(Order)
    with django_assert_num_queries(0):
        assert len(adapter.contents(fetched)) == 3


def test_children__of_a_manager_of_the_shops_own_are_left_to_it() -> None:
    assert fields.children(Category.objects.create(title="Kites", slug="kites-of-a-test").products) is None


def test_children__of_what_was_never_saved_are_left_to_the_manager() -> None:
    assert fields.children(Order().lines) is None


def test_find_all__orders_by_an_expression_with_values_of_its_own(order: Order) -> None:
    with isolate_apps("tests"):

        class Sorted(OrderLine):
            class Meta:
                proxy = True
                app_label = "tests"
                ordering = [Coalesce("quantity", models.Value(7)).desc()]

        found = prepared.find_all(Sorted, using=connection.alias, order_id=order.pk)
    assert [line.quantity for line in found] == [3, 2, 1]


def test_contents__share_what_was_paid_for_a_line_among_its_pieces(order: Order, adapter: Any) -> None:
    OrderLine.objects.create(order=order, sku="free", title="Bag", quantity=0, price="5.00")
    adapter(line_price=(), line_total="price")
    of_order: Any = adapter_of(Order)
    assert [str(line.item_price) for line in of_order.contents(order)] == ["2.50", "5.00", "1.67"]


def test_contents__have_no_price_where_the_line_has_none(order: Order, adapter: Any) -> None:
    adapter(line_price=(), line_total=("order.paid_at",))
    of_order: Any = adapter_of(Order)
    assert [line.item_price for line in of_order.contents(order)] == [None, None, None]
