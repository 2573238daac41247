"""How an adapter is written: paths, several of them, templates, methods, and paths in place of methods."""

from types import SimpleNamespace

import pytest

from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.orders import ModelCartAdapter, ModelItemAdapter, ModelOrderAdapter, fields
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import OrderLine, Product, Variant
from tests.sales import new_order


def line(**changes):
    product = Product(slug="kite", title="Kite")
    return OrderLine(variant=Variant(sku="kite-1", product=product, name="Red"), quantity=1, **changes)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("shop-{variant.sku}", "shop-kite-1"),
        ("{variant.product.slug}", "kite"),
        ("{variant.product.slug}_{variant.name}", "kite_Red"),
        ("{{x}}{variant.sku}", "{x}kite-1"),
        ("{quantity:03d}", "001"),
    ],
)
def test_template__is_filled_with_what_its_paths_lead_to(template, expected):
    assert fields.read(line(), template) == expected


@pytest.mark.parametrize("template", ["DE-{variant.sku}", "{sku}-{variant.sku}"])
def test_template__that_lacks_a_part_is_no_id_at_all(template):
    assert fields.read(OrderLine(variant=None, sku="a"), template) is None
    assert fields.read(OrderLine(variant=Variant(sku=""), sku="a"), template) is None


def test_template__may_be_one_of_several():
    assert fields.read(OrderLine(variant=None, sku="a"), ("shop-{variant.sku}", "shop-{sku}")) == "shop-a"


@pytest.mark.parametrize("template", ["shop-{", "shop-}", "{}", "{variant.sku!r}"])
def test_template__that_is_none_says_so(template):
    with pytest.raises(ImproperlyTracked, match="is no template"):
        fields.read(line(), template)


def test_template__of_lines_is_joined_like_any_path():
    assert fields.relations(OrderLine, ["{variant.product.slug}-{variant.sku}"]) == ["variant", "variant__product"]


def test_content_ids__of_page_cart_and_order_are_one_text():
    shown = type("Item", (ModelItemAdapter,), {"content_id": "shop-{sku}"})()
    cart = type("Cart", (ModelCartAdapter,), {"lines": "goods", "line_id": "shop-{variant.sku}"})()
    bought = type("Bought", (ShopOrder,), {"lines": "goods", "line_id": "shop-{variant.sku}", "line_price": ()})()
    basket = SimpleNamespace(goods=[line()], total=1, currency="EUR", number="1", pk=1)
    found = [shown.custom_data(line().variant), cart.custom_data(basket)]
    found.append(bought.custom_data(basket))
    assert [data.contents[0].id for data in found] == ["shop-kite-1"] * 3


def test_content_type__of_a_shop_whose_catalogue_lists_groups():
    members = {"content_id": "product.slug", "content_type": "product_group"}
    data = type("Group", (ModelItemAdapter,), members)().custom_data(line().variant)
    assert (data.contents[0].id, data.content_type) == ("kite", "product_group")


def test_num_items__counts_all_lines_though_a_page_holds_a_hundred():
    lines = [SimpleNamespace(sku=f"s{number}", quantity=2, price=1) for number in range(10_000)]
    members = {"lines": "lines", "total": "total", "currency": "currency", "line_id": "sku", "line_price": "price"}
    data = type("Big", (ModelCartAdapter,), members)().custom_data(
        SimpleNamespace(lines=lines, total=1, currency="EUR")
    )
    assert (len(data.contents), data.num_items) == (100, 20_000)


def test_adapter__may_have_a_method_where_a_path_stands():
    class Own(ModelOrderAdapter):
        total, number = "total", "number"

        def currency(self, order):
            return "CHF"

        def email(self, order):
            return f"{order.first_name}@shop.example"

    assert Own().custom_data(new_order()).currency == "CHF"
    assert Own().user_data(new_order()) == {"email": "Jo@shop.example"}


def test_adapter__may_have_a_path_where_the_protocol_has_a_method():
    class Own(ModelOrderAdapter):
        channel = "country"
        placed_by = "user"
        is_purchase = "is_paid"
        admin_url = "/admin/{number}/"

    adapter, order = Own(), new_order()
    assert (adapter.channel(order), adapter.placed_by(order), adapter.is_purchase(order)) == ("DE", None, True)
    assert adapter.admin_url(order) == f"/admin/{order.number}/"
    assert dict(Own.paths()) | {"number": "pk"} == {
        "channel": "country",
        "placed_by": "user",
        "is_purchase": "is_paid",
        "admin_url": "/admin/{number}/",
        "number": "pk",
    }


def test_adapter__takes_a_path_back_by_an_empty_one_or_a_method():
    class Own(ModelOrderAdapter):
        channel = "country"

    silent = type("Silent", (Own,), {"channel": ()})()
    spoken = type("Spoken", (Own,), {"channel": lambda self, order: "shop"})()
    assert (silent.channel(new_order()), spoken.channel(new_order())) == (None, "shop")
