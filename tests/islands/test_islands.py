"""Islands: what a tag says, signed."""

from decimal import Decimal

import pytest

from capi_tracking import islands
from capi_tracking.events import Content, CustomData
from capi_tracking.exceptions import ImproperlyTracked, InvalidEvent

DATA = CustomData(value=Decimal("9.50"), currency="EUR", contents=[Content(id="sku-1")])


def signed(**changes):
    island = islands.island("ViewContent", DATA)
    return {key: changes.get(key, island[key]) for key in ("pixel", "name", "data", "signature")}


def test_island__is_believed_as_it_was_signed():
    assert islands.verify(**signed()) == DATA.as_payload()


@pytest.mark.parametrize(
    "changes",
    [
        {"pixel": "other"},
        {"name": "AddToCart"},
        {"data": '{"value":0.01}'},
        {"signature": "0" * 32},
        {"signature": ""},
        {"signature": "ü"},
        {"data": "\ud800"},
        {"signature": "\ud800"},
    ],
)
def test_verify__takes_nothing_that_was_changed(changes):
    assert islands.verify(**signed(**changes)) is None


def test_verify__takes_nothing_that_another_key_signed(settings):
    island = signed()
    settings.SECRET_KEY = "another"
    assert islands.verify(**island) is None


def test_island__is_one_text_for_one_meaning():
    assert islands.encode({"b": 1, "a": "é"}) == islands.encode({"a": "é", "b": 1}) == '{"a":"é","b":1}'


def test_island__holds_at_most_a_hundred_contents():
    long = CustomData(contents=[Content(id=str(n)) for n in range(150)], content_ids=[str(n) for n in range(150)])
    data = islands.verify(**{key: islands.island("ViewContent", long)[key] for key in signed()})
    assert (len(data["contents"]), len(data["content_ids"])) == (islands.MAX_CONTENTS, islands.MAX_CONTENTS)


def test_island__that_no_beacon_could_carry_is_refused():
    wide = CustomData(contents=[Content(id=str(n), title="t" * 900) for n in range(100)])
    with pytest.raises(InvalidEvent, match="bytes"):
        islands.island("ViewContent", wide)


def test_island__says_which_names_are_no_standard_ones():
    assert "custom" not in islands.island("AddToCart", DATA)
    assert islands.island("RingSizeMeasured", DATA)["custom"] is True


@pytest.mark.parametrize("name", ["Purchase", "PageView"])
def test_check_name__sends_events_that_have_a_tag_of_their_own_there(name):
    with pytest.raises(InvalidEvent, match=r"pixel_purchase|pixel_head"):
        islands.check_name(name)


@pytest.mark.parametrize(
    ("name", "meant"), [("Addtocart", "AddToCart"), ("ViewContents", "ViewContent"), ("purchase", "Purchase")]
)
def test_check_name__asks_whether_a_standard_one_was_meant(name, meant):
    with pytest.raises(InvalidEvent, match=f"Did you mean '{meant}'"):
        islands.check_name(name)


@pytest.mark.parametrize("name", ["", " Lead", "a\nb", "x" * 51, None, 3])
def test_check_name__wants_a_short_printable_text(name):
    with pytest.raises(InvalidEvent):
        islands.check_name(name)


@pytest.mark.parametrize("name", ["AddToCompare", "RingSizeMeasured", "Größe gewählt"])
def test_check_name__lets_custom_names_be(name):
    islands.check_name(name)


def test_aliases__are_those_that_have_an_id(capi):
    capi(
        PIXELS={"a": {"PIXEL_ID": "1"}, "b": {"PIXEL_ID": 2}, "empty": {"PIXEL_ID": ""}, "bare": {}}, PAGE_PIXELS=["b"]
    )
    assert islands.aliases() == islands.aliases("") == ["b"]
    assert islands.aliases("b a empty b") == islands.aliases(("b", "a", "bare")) == ["b", "a"]
    for given in ("empty", ["bare", "empty"]):
        with pytest.raises(InvalidEvent, match="PIXEL_ID"):
            islands.aliases(given)
    with pytest.raises(ImproperlyTracked, match="a, b, empty"):
        islands.aliases("a nobody")
    capi(ENABLED=False)
    assert islands.aliases() == []


def test_item__is_believed_for_its_own_pixels_alone(capi):
    token = islands.item(DATA, pixels=["default", "second"])
    one = {"value": 9.5, "currency": "EUR", "contents": [{"id": "sku-1", "quantity": 1, "item_price": 9.5}]}
    assert islands.verify_item(token, pixel="default") == islands.verify_item(token, pixel="second") == one
    assert islands.verify_item(token, pixel="third") is None


@pytest.mark.parametrize("change", ["", "x", "ü", "\ud800", ".", "e30."])
def test_verify_item__takes_nothing_that_was_changed(change):
    token = islands.item(DATA, pixels=["default"])
    assert islands.verify_item(change and change + token, pixel="default") is None
    assert islands.verify_item(token[:-1] + change, pixel="default") is None


def test_item__is_one_piece_however_it_was_described():
    by_hand = CustomData(value="9.50", currency="EUR", content_ids=["sku-1"])
    priced = CustomData(contents=[Content(id="sku-1", quantity=3, item_price="9.50")], currency="EUR", num_items=3)
    tokens = {islands.item(data, pixels=["default"]) for data in (DATA, by_hand, priced)}
    assert len(tokens) == 1


@pytest.mark.parametrize("name", ["curency", "content_id", "contets"])
def test_check_parameters__asks_whether_one_of_metas_was_meant(name):
    with pytest.raises(InvalidEvent, match="Did you mean"):
        islands.check_parameters([name])


def test_check_parameters__lets_custom_ones_be():
    islands.check_parameters(["ring_size", "value"])
