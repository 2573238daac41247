"""What an event of a beacon may claim: items that we signed, and what scripts say of their own accord."""

import json
from decimal import Decimal

import pytest

from capi_tracking import islands
from capi_tracking.events import CustomData
from capi_tracking.keyed_hashes import keyed_hash
from capi_tracking.relay.claims import claim

ID = "0123456789abcdef"
PIECE = {
    "value": 9.99,
    "currency": "EUR",
    "contents": [{"id": "sku-1", "quantity": 1, "item_price": 9.99}],
    "content_type": "product",
}


def token(data=None, pixel="default"):
    from base64 import urlsafe_b64encode

    said = urlsafe_b64encode(json.dumps({"pixel": pixel, "data": data or PIECE}).encode()).decode().rstrip("=")
    return f"{said}.{keyed_hash(said, purpose='item')}"


def item(**changes):
    return {"pixel": "default", "name": "AddToCart", "id": ID, "item": token(), "quantity": 2, **changes}


def own(data, **changes):
    text = data if isinstance(data, str) else json.dumps(data)
    return {"pixel": "default", "name": "AddToCart", "id": ID, "data": text, **changes}


# -- items -----------------------------------------------------------------------------------------------------------


def test_item__has_the_quantity_and_what_that_many_cost():
    data = claim(item(quantity=3)).data.as_payload()
    assert data == {**PIECE, "value": 29.97, "contents": [{"id": "sku-1", "quantity": 3, "item_price": 9.99}]}


def test_item__without_a_quantity_is_one():
    said = item()
    del said["quantity"]
    assert claim(said).data.as_payload() == PIECE


@pytest.mark.parametrize(
    ("price", "quantity", "value"), [(0.1, 3, 0.3), (19.99, 100, 1999), (0.07, 10_000, 700), (1.005, 7, 7.035)]
)
def test_item__is_reckoned_in_decimals(price, quantity, value):
    piece = {"value": price, "currency": "EUR", "contents": [{"id": "a", "quantity": 1, "item_price": price}]}
    assert claim(item(item=token(piece), quantity=quantity)).data.as_payload()["value"] == value


def test_item__without_a_price_has_no_value():
    data = claim(item(item=token({"contents": [{"id": "a", "quantity": 1}]}), quantity=4)).data
    assert (data.value, data.contents[0].quantity) == (None, 4)


def test_item__of_several_pixels_is_good_for_each_of_them(capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1"}, "second": {"PIXEL_ID": "2"}, "third": {"PIXEL_ID": "3"}})
    both = token(pixel="default second")
    taken = [claim(item(item=both, pixel=pixel)) is not None for pixel in ("default", "second", "third")]
    assert taken == [True, True, False]


@pytest.mark.parametrize("quantity", [0, -1, 10_001, 10**30, 1.5, 2.0, "2", None, True, [2], float("nan")])
def test_item__of_no_sensible_quantity_is_refused(quantity):
    assert claim(item(quantity=quantity)) is None


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "x",
        token()[:-1],
        token()[1:],
        "A" + token(),
        token().replace(".", ""),
        token().partition(".")[0] + "." + "0" * 32,
        token().partition(".")[0] + ".",
        token() + ".x",
        islands.sign("default", "AddToCart", "{}"),
        token().upper(),
        "\ud800." + "0" * 32,
        "é." + "0" * 32,
        7,
        None,
        ["x"],
        {},
    ],
)
def test_item__that_we_did_not_sign_is_refused(forged):
    assert claim(item(item=forged)) is None


# -- what a script says of its own accord ------------------------------------------------------------------------------


def test_own_words__are_kept_without_their_money():
    said = {
        "value": 9000,
        "currency": "EUR",
        "predicted_ltv": 10**6,
        "net_revenue": 5,
        "content_ids": ["sku-1"],
        "contents": [{"id": "sku-1", "quantity": 2, "item_price": 4500}],
        "search_string": "kites",
        "size": "XL",
    }
    assert claim(own(said)).data.as_payload() == {
        "content_ids": ["sku-1"],
        "contents": [{"id": "sku-1", "quantity": 2}],
        "search_string": "kites",
        "size": "XL",
    }


@pytest.mark.parametrize(
    "said",
    [
        {"content_ids": "no list"},
        {"contents": [1, None, {"id": 7}, {"id": "a", "quantity": -1}, {"id": "a", "evil": 1}]},
        {"content_type": "nonsense"},
        {"search_string": ["x"]},
        {"num_items": "many"},
        {"status": 7},
        {"store_data": {"evil": 1}},
        {"order_id": {"a": 1}},
        {"deep": [[[[[[[[]]]]]]]]},
        {"": 1},
        {"x" * 101: 1},
        {"\x00": 1},
        {"wide": list(range(5000))},
        {"large": 10**300},
    ],
)
def test_own_words__that_do_not_fit_are_left_out_and_the_event_kept(said):
    assert claim(own({**said, "size": "XL"})).data.as_payload() in (
        {"size": "XL"},
        {"size": "XL", "contents": []},
    )


def test_own_words__are_cut_as_the_tags_are():
    said = {"content_ids": [str(n) for n in range(150)], "contents": [{"id": str(n)} for n in range(150)]}
    data = claim(own(said)).data
    assert (len(data.content_ids), len(data.contents)) == (islands.MAX_CONTENTS, islands.MAX_CONTENTS)


@pytest.mark.parametrize("text", ["", "x", "[]", "7", "null", "NaN", "[" * 9000, '{"a":' * 3000, "{", "\ud800"])
def test_own_words__that_are_no_object_are_refused(text):
    assert claim(own(text)) is None


@pytest.mark.parametrize("data", [None, 7, [], {"value": 1}])
def test_own_words__must_be_text(data):
    assert claim({**own("{}"), "data": data}) is None


def test_own_words__under_a_name_of_the_shops_own(capi):
    assert claim(own({}, name="RingSizeMeasured")) is None
    capi(COLLECT_EVENTS=["RingSizeMeasured"])
    assert claim(own({"size": 17}, name="RingSizeMeasured")).data == CustomData(extra={"size": 17})
    assert claim(own({}, name="RingSizeMeasure")) is None


def test_own_words__cannot_take_an_islands_signature_along():
    assert claim(own({"size": 17}, signature="")) is None
    assert claim(own({"size": 17}, signature=None)) is None


WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "Purchase")  # in the letters of East Asian typography
SALES = [
    "Purchase",
    "purchase",
    "PURCHASE",
    " Purchase",
    "Purchase ",
    "Purchase\n",
    WIDE,
    "\u2003Purchase",
]


@pytest.mark.parametrize("name", SALES)
def test_purchase__is_taken_in_no_disguise(capi, name):
    capi(COLLECT_EVENTS=SALES)
    text = json.dumps({"value": 9.5, "currency": "EUR"}, separators=(",", ":"))
    assert claim(own({}, name=name)) is None
    assert claim(item(name=name)) is None
    assert claim(own(text, name=name, signature=islands.sign("default", name, text))) is None


def test_money__is_exact():
    assert claim(item(quantity=3)).data.value == Decimal("29.97")
