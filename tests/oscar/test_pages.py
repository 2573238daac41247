"""What Oscar's pages say of products and baskets."""

from decimal import Decimal

import pytest
from oscar.test.factories import create_basket, create_order, create_product

from capi_tracking.contrib.oscar import OscarBasket, OscarItem, OscarOrder
from capi_tracking.orders import item_data
from tests.oscar.shopping import fill, stock, told, visitor

pytestmark = pytest.mark.django_db


def test_product__is_told_by_the_sku_that_its_order_line_will_keep():
    data = item_data(stock())
    assert (data.contents[0].id, data.value, data.currency, data.content_name) == (
        "kite-1",
        Decimal("49.50"),
        "EUR",
        "Kite",
    )


def test_parent__is_told_by_its_first_child_that_is_for_sale():
    parent = create_product(structure="parent", title="Kite")
    create_product(structure="child", parent=parent, title="gone")
    create_product(structure="child", parent=parent, title="red", price=Decimal(20), partner_sku="kite-red")
    assert (item_data(parent).contents[0].id, item_data(parent).value) == ("kite-red", 20)


def test_product__that_nobody_can_buy_is_told_without_a_price():
    data = item_data(create_product(title="Kite"))
    assert (data.content_name, data.value, list(data.contents)) == ("Kite", None, [])


def test_product_page__holds_its_view():
    product = stock()
    assert told(visitor().get(product.get_absolute_url()), "ViewContent")["contents"][0]["id"] == "kite-1"


def test_checkout_page__holds_the_basket():
    client = visitor()
    fill(client, stock(), quantity=3)
    data = told(client.get("/checkout/"), "InitiateCheckout")
    assert (data["value"], data["currency"], data["num_items"]) == (148.5, "EUR", 3)
    assert data["contents"] == [{"id": "kite-1", "quantity": 3, "item_price": 49.5}]


def test_basket__that_is_empty_says_so():
    data = item_data(create_basket(empty=True))
    assert (data.num_items, list(data.contents)) == (None, [])


def test_article__is_called_alike_on_pages_in_baskets_and_in_orders():
    def by_upc(self, product, record):
        return product.upc

    product = stock(upc="4006381333931")
    item, basket = (type("Named", (base,), {"article_id": by_upc})() for base in (OscarItem, OscarBasket))
    filled = create_basket(empty=True)
    filled.add_product(product, 2)
    order = create_order(basket=filled)
    told_by = [item.custom_data(product).contents, basket.custom_data(filled).contents]
    told_by.append(type("Order", (OscarOrder,), {"line_id": "upc"})().contents(order))
    assert [content.id for contents in told_by for content in contents] == ["4006381333931"] * 3
