"""What an order is worth to Meta: one policy, its currency's own units, the same in the browser as on the server."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db.models import F

from capi_tracking.exceptions import ImproperlyTracked, InvalidEvent
from capi_tracking.models import Status
from capi_tracking.orders import ModelCartAdapter, ModelItemAdapter, ModelOrderAdapter, purchase_islands
from capi_tracking.orders.adapters.money import rounded
from tests.sales import new_order, payload, row, stock

PARTS = {"tax": "vat", "shipping": "way", "cost": "spent"}


class Priced(ModelOrderAdapter):
    total, currency, number = "total", "currency", "number"
    tax, shipping, cost = "vat", "way", "spent"


def bill(**changes):
    values = {"number": "1", "total": Decimal("119.00"), "vat": Decimal("19.00"), "way": Decimal("4.90")}
    return SimpleNamespace(**{**values, "spent": Decimal("60.00"), "currency": "EUR", **changes})


@pytest.mark.parametrize(
    ("policy", "value"), [("gross", "119.00"), ("net", "100.00"), ("without_shipping", "114.10"), ("margin", "40.00")]
)
def test_value__goes_by_the_policy(capi, policy, value):
    capi(VALUE=policy)
    assert Priced().value(bill()) == Decimal(value)
    assert Priced().custom_data(bill()).value == Decimal(value)
    assert Priced().worth(bill()).value == Decimal(value)


def test_value__of_a_sale_at_a_loss_is_nothing_and_not_below(capi):
    capi(VALUE="margin")
    assert Priced().value(bill(spent=Decimal("500.00"))) == 0
    assert Priced().value_by(bill(spent=Decimal("500.00")), "margin") == Decimal("-400.00")


def test_value__below_zero_stays_below_zero_so_that_it_is_refused():
    with pytest.raises(InvalidEvent, match="negative"):
        Priced().custom_data(bill(total=Decimal("-5.00")))


def test_value__without_tax_on_what_is_free_of_it_is_the_total(capi):
    capi(VALUE="net")
    assert Priced().value(bill(vat=None)) == Decimal("119.00")


def test_value__of_unknown_cost_is_no_margin(capi):
    capi(VALUE="margin")
    with pytest.raises(InvalidEvent, match="cost"):
        Priced().value(bill(spent=None))


def test_value__of_an_adapter_that_names_no_part_is_never_called_by_another_name(capi):
    capi(VALUE="margin")
    adapter = type("Grosser", (Priced,), {"cost": ()})()
    with pytest.raises(ImproperlyTracked, match=r"VALUE is 'margin', so Grosser needs cost\."):
        adapter.value(bill())


def test_value__of_a_policy_that_is_none_says_which_there_are(capi):
    capi(VALUE="nett")
    with pytest.raises(ImproperlyTracked, match="gross, net, without_shipping, margin"):
        Priced().value(bill())


@pytest.mark.parametrize(
    ("amount", "currency", "value"),
    [
        (11900, "EUR", Decimal("119.00")),
        (11900, "JPY", Decimal(11900)),
        (11900, "KWD", Decimal("11.900")),
        (0, "EUR", Decimal(0)),
    ],
)
def test_value__in_the_smallest_units_of_its_currency(amount, currency, value):
    adapter = type("Cents", (Priced,), {"in_minor_units": True})()
    assert adapter.value(bill(total=amount, currency=currency)) == value


def test_line_prices__are_in_the_units_of_their_order():
    line = SimpleNamespace(sku="a", quantity=2, price=450)
    members = {"in_minor_units": True, "lines": "lines", "line_id": "sku", "line_price": "price"}
    adapter = type("Cents", (Priced,), members)()
    (content,) = adapter.custom_data(bill(total=900, lines=[line])).contents
    assert content.item_price == Decimal("4.50")


@pytest.mark.parametrize(
    ("exact", "currency", "found"),
    [("9.995", "EUR", "10.00"), ("9.994", "EUR", "9.99"), ("100.5", "JPY", "101"), ("1.2345", "KWD", "1.235")],
)
def test_rounded__to_the_currencys_smallest_unit(exact, currency, found):
    assert rounded(Decimal(exact), currency) == Decimal(found)


class Money:
    def __init__(self, amount, currency):
        self.amount, self.currency = Decimal(amount), currency


def test_money__brings_its_own_currency():
    adapter = type("Rich", (Priced,), {"currency": ()})()
    data = adapter.custom_data(bill(total=Money("10.00", "CHF")))
    assert (data.value, data.currency) == (10, "CHF")


def test_money__of_another_currency_than_its_orders_is_refused():
    with pytest.raises(InvalidEvent, match="differs"):
        Priced().custom_data(bill(total=Money("10.00", "CHF")))


def test_total__that_is_an_expression_is_no_amount():
    with pytest.raises(InvalidEvent, match="value"):
        Priced().custom_data(bill(total=F("total") + 1))


def test_cart__and_product_go_by_the_policy_where_they_name_its_part(capi):
    capi(VALUE="net")
    taxed = type("Cart", (ModelCartAdapter,), {"total": "total", "tax": "vat", "currency": "currency"})()
    plain = type("Cart", (ModelCartAdapter,), {"total": "total", "currency": "currency"})()
    item = type(
        "Item", (ModelItemAdapter,), {"content_id": "number", "price": "total", "tax": "vat", "currency": "currency"}
    )()
    assert (taxed.custom_data(bill()).value, plain.custom_data(bill()).value) == (100, 119)
    assert (item.custom_data(bill()).value, item.custom_data(bill()).contents[0].item_price) == (100, 119)


@pytest.mark.django_db
def test_value__of_the_page_is_the_servers(visitor, adapter, capi, monkeypatch):
    capi(VALUE="net")
    adapter(tax=lambda self, order: Decimal("15.81"))
    with visitor():
        order = new_order()
        order.save()
    (island,) = purchase_islands(order)
    assert island.data["value"] == payload()["custom_data"]["value"] == 83.19
    assert row().value == Decimal("83.19")


@pytest.mark.django_db
def test_total__of_nothing_is_a_sale_of_nothing_and_one_below_is_none(visitor):
    with visitor():
        new_order(total=Decimal("0.00")).save()
        assert (row().status, payload()["custom_data"]["value"]) == (Status.PENDING, 0)
        row().delete()
        new_order(total=Decimal("-9.90")).save()
    assert (row().status, row().reason) == (Status.DEAD, "invalid_value")


@pytest.mark.django_db
def test_currency__that_is_none_leaves_a_row_that_says_so(visitor):
    stock()
    with visitor():
        new_order(currency="EUX").save()
    assert (row().status, row().reason) == (Status.DEAD, "invalid_currency")


def test_parameters__of_profit_and_lifetime_are_in_the_values_currency_and_rounded():
    members = {"net_revenue": lambda self, order: self.value_by(order, "margin"), "predicted_ltv": "ltv"}
    adapter = type("Rich", (Priced,), members)()
    data = adapter.custom_data(bill(ltv=Decimal("300.005")))
    assert (data.net_revenue, data.predicted_ltv) == (Decimal("40.00"), Decimal("300.01"))


@pytest.mark.parametrize("ltv", [None, 0, Decimal(-1), Decimal("0.001")])
def test_lifetime_value__that_is_not_above_zero_is_left_out(ltv):
    adapter = type("Rich", (Priced,), {"predicted_ltv": "ltv"})()
    assert adapter.custom_data(bill(ltv=ltv)).predicted_ltv is None
