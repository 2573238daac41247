"""What an event says of its sale: money, contents and the shop's own."""

import json
import uuid
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capi_tracking.events import (
    MAX_CONTENTS,
    Content,
    CustomData,
    encode,
)
from capi_tracking.exceptions import InvalidEvent
from tests.events.building import NOON, patient, refused

pytestmark = pytest.mark.usefixtures("default_country")


# -- money -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_value", "number"),
    [
        (Decimal("9.90"), 9.9),
        (Decimal("10.00"), 10),
        (10, 10),
        (0.1, 0.1),
        ("19.99", 19.99),
        (" 5 ", 5),
        (0, 0),
        (Decimal("123456789012.34"), 123456789012.34),
    ],
)
def test_custom_data__money_is_a_number_without_float_noise(given_value, number):
    payload = CustomData(value=given_value, currency="eur").as_payload()
    assert payload == {"value": number, "currency": "EUR"}
    assert type(payload["value"]) is type(number)


@patient
@given(st.decimals(min_value=0, max_value=10**9, places=3))
def test_custom_data__money_reads_back_as_it_was(value):
    text = encode(CustomData(value=value, currency="KWD").as_payload())
    assert json.loads(text, parse_float=Decimal, parse_int=Decimal)["value"] == value


@pytest.mark.parametrize(
    "value",
    [
        "9,90",
        "1.234,56",
        "1 000",
        "abc",
        "1e5",
        -1,
        "-0.01",
        True,
        b"1",
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        10**15,
    ],
)
@pytest.mark.parametrize("field", ["value", "predicted_ltv"])
def test_custom_data__refuses_what_is_no_amount(field, value):
    refused(field, CustomData, **{field: value}, currency="EUR")


def test_custom_data__a_price_with_a_comma_says_what_to_write():
    assert "decimal point" in refused("contents.item_price", Content, id="a", item_price="9,90")


def test_custom_data__profit_may_be_negative_and_ltv_not_zero():
    assert CustomData(net_revenue=-3, currency="EUR").as_payload()["net_revenue"] == -3
    refused("predicted_ltv", CustomData, predicted_ltv=0, currency="EUR")


@pytest.mark.parametrize("currency", ["EURO", "€", "XXX", "12"])
def test_custom_data__refuses_a_currency_that_iso_does_not_know(currency):
    refused("currency", CustomData, value=1, currency=currency)
    refused("currency", CustomData, currency=currency)


@pytest.mark.parametrize("field", ["value", "predicted_ltv", "net_revenue"])
def test_custom_data__money_needs_a_currency(field):
    refused("currency", CustomData, **{field: 1})


def test_custom_data__takes_money_objects_by_their_shape():
    money = SimpleNamespace(amount=Decimal("5.50"), currency="USD")
    assert CustomData(value=money).as_payload() == {"value": 5.5, "currency": "USD"}
    refused("currency", CustomData, value=money, currency="EUR")


# -- contents --------------------------------------------------------------------------------------------------------


def test_content__gives_its_payload_without_what_is_empty():
    assert Content(id="sku", quantity=2, item_price="9.90", title="Mug").as_payload() == {
        "id": "sku",
        "quantity": 2,
        "item_price": 9.9,
        "title": "Mug",
    }
    assert Content(id=7).as_payload() == {"id": "7", "quantity": 1}
    assert Content(id="a", brand="B").as_payload() == {"id": "a", "quantity": 1, "brand": "B"}
    assert Content(id="a", quantity=Decimal("2.0")).quantity == 2


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("contents.id", {"id": ""}),
        ("contents.id", {"id": None}),
        ("contents.id", {"id": "x" * 300}),
        ("contents.id", {"id": "a\nb"}),
        ("contents.quantity", {"quantity": 0}),
        ("contents.quantity", {"quantity": 1.5}),
        ("contents.quantity", {"quantity": True}),
        ("contents.quantity", {"quantity": "2"}),
        ("contents.quantity", {"quantity": float("nan")}),
        ("contents.quantity", {"quantity": float("inf")}),
        ("contents.quantity", {"quantity": Decimal("sNaN")}),
        ("contents.item_price", {"item_price": -1}),
        ("contents.delivery_category", {"delivery_category": "drone"}),
        ("contents.title", {"title": b"x"}),
    ],
)
def test_content__refuses_and_names_the_field(field, changes):
    refused(field, Content, **{"id": "a", **changes})


def test_custom_data__contents_are_bounded_and_of_one_kind():
    CustomData(contents=[Content(id="a")] * MAX_CONTENTS)
    refused("contents", CustomData, contents=[Content(id="a")] * (MAX_CONTENTS + 1))
    refused("contents", CustomData, contents=[{"id": "a"}])
    refused("contents", CustomData, contents="abc")
    refused("content_ids", CustomData, content_ids=["a", ""])


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("content_type", {"content_type": "goods"}),
        ("delivery_category", {"delivery_category": "drone"}),
        ("num_items", {"num_items": -1}),
        ("order_id", {"order_id": "x" * 300}),
        ("store_data", {"store_data": {"street": 1}}),
        ("extra", {"extra": {"value": 1}}),
        ("extra", {"extra": {"": 1}}),
        ("extra", {"extra": {7: 1}}),
        ("extra", {"extra": [1]}),
        ("extra", {"extra": {"a": float("nan")}}),
        ("extra", {"extra": {"a": 2**70}}),
        ("extra", {"extra": {"a": object()}}),
        ("extra", {"extra": {"a": [[[[[[1]]]]]]}}),
    ],
)
def test_custom_data__refuses_and_names_the_field(field, changes):
    refused(field, CustomData, **changes)


FULL = {
    "value": Decimal("9.90"),
    "currency": "EUR",
    "content_ids": ["a", "b"],
    "content_type": "product",
    "contents": [Content(id="a", item_price=1, delivery_category="curbside", brand="B", category="C")],
    "content_name": "Mugs",
    "content_category": "Kitchen",
    "order_id": 1001,
    "num_items": 0,
    "search_string": "mug",
    "status": False,
    "predicted_ltv": 20,
    "net_revenue": "0",
    "delivery_category": "in_store",
    "item_number": "1",
    "store_data": {"store_code": "7"},
    "extra": {"margin": Decimal("1.50"), "at": NOON, "tags": ("a", None, True), "key": uuid.UUID(int=1)},
}


def test_custom_data__gives_every_key_as_meta_spells_it():
    assert CustomData(**FULL).as_payload() == {
        "value": 9.9,
        "currency": "EUR",
        "content_ids": ["a", "b"],
        "content_type": "product",
        "contents": [
            {"id": "a", "quantity": 1, "item_price": 1, "delivery_category": "curbside", "brand": "B", "category": "C"}
        ],
        "content_name": "Mugs",
        "content_category": "Kitchen",
        "order_id": "1001",
        "num_items": 0,
        "search_string": "mug",
        "status": False,
        "predicted_ltv": 20,
        "net_revenue": 0,
        "delivery_category": "in_store",
        "item_number": "1",
        "store_data": {"store_code": "7"},
        "margin": 1.5,
        "at": NOON.isoformat(),
        "tags": ["a", None, True],
        "key": str(uuid.UUID(int=1)),
    }


def test_custom_data__later_changes_of_the_callers_objects_do_not_reach_it():
    extra, contents = {"a": [1]}, [Content(id="a")]
    custom_data = CustomData(extra=extra, contents=contents)
    extra["a"].append(2)
    contents.append(Content(id="b"))
    assert custom_data.as_payload() == {"a": [1], "contents": [{"id": "a", "quantity": 1}]}


@pytest.mark.parametrize("custom_data", [CustomData(), CustomData(**FULL)])
def test_from_json__is_the_way_back_from_a_payload(custom_data):
    text = encode(custom_data.as_payload())
    again = CustomData.from_json(json.loads(text))
    assert again == custom_data
    assert encode(again.as_payload()) == text


@pytest.mark.parametrize(
    ("field", "data"),
    [
        ("custom_data", []),
        ("custom_data", None),
        ("value", {"value": True, "currency": "EUR"}),
        ("value", {"value": [1], "currency": "EUR"}),
        ("value", {"value": "9,90", "currency": "EUR"}),
        ("currency", {"value": 1, "currency": 978}),
        ("contents", {"contents": {"id": "a"}}),
        ("contents", {"contents": ["a"]}),
        ("contents", {"contents": [{"id": "a", "price": 1}]}),
        ("contents", {"contents": [{"id": 7}]}),
        ("contents.id", {"contents": [{"quantity": 1}]}),
        ("contents.quantity", {"contents": [{"id": "a", "quantity": "1"}]}),
        ("content_ids", {"content_ids": "abc"}),
        ("content_ids", {"content_ids": [["a"]]}),
        ("num_items", {"num_items": "2"}),
        ("store_data", {"store_data": "x"}),
        ("content_name", {"content_name": 5}),
        ("extra", {"extra key\n": 1}),
    ],
)
def test_from_json__is_strict_and_names_the_field(field, data):
    refused(field, CustomData.from_json, data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@patient
@given(st.dictionaries(st.sampled_from(sorted(FULL)) | st.text(), JSON))
def test_from_json__takes_or_refuses_and_never_breaks(data):
    try:
        payload = CustomData.from_json(data).as_payload()
    except InvalidEvent:
        return
    assert json.loads(encode(payload)) == payload


# -- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "text"),
    [("0", "0"), ("-0.00", "0"), ("0E-10", "0"), ("1E+2", "100"), ("10.00", "10"), ("19.90", "19.9"), ("0.10", "0.1")],
)
def test_custom_data__money_is_written_without_idle_digits(exact, text):
    assert CustomData(value=Decimal(exact), currency="EUR").as_json() == f'{{"value":{text},"currency":"EUR"}}'


def test_custom_data__takes_money_whose_amount_is_a_decimal_of_its_own():
    money = SimpleNamespace(amount=type("Exact", (Decimal,), {})("9.90"), currency="EUR")
    assert CustomData(value=money).as_payload() == {"value": 9.9, "currency": "EUR"}
