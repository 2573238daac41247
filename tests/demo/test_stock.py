"""What the shop has to sell, and its drawings, before a database sees them."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from demo_project.shop import stock
from demo_project.shop.models import Category, Product, Variant

KITES = Path(stock.__file__).parent / "static" / "shop" / "kites"
SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {f"{SVG}{name}" for name in ("svg", "g", "path", "circle", "ellipse", "rect")}
OPTIONS = [option for item in stock.ITEMS for option in item.options]
FIRST_SIX = {
    "meadow": ("GL-101", "29.00"),
    "kestrel": ("GL-204", "49.00"),
    "pelican": ("GL-310", "74.00"),
    "rokkaku": ("GL-406", "89.00"),
    "lighthouse": ("GL-415", "119.00"),
    "swift": ("GL-502", "159.00"),
}

each_item = pytest.mark.parametrize("item", stock.ITEMS, ids=lambda item: item.slug)
each_drawing = pytest.mark.parametrize("file", sorted(KITES.iterdir()), ids=lambda file: file.name)


def test_stock__is_twelve_products():
    assert len(stock.ITEMS) == 12


def test_stock__names_nothing_twice():
    for names in (
        [item.slug for item in stock.ITEMS],
        [item.title for item in stock.ITEMS],
        [shelf.slug for shelf in stock.SHELVES],
        [option.sku for option in OPTIONS],
    ):
        assert sorted(names) == sorted(set(names))


def test_stock__keeps_the_numbers_and_prices_of_the_first_six():
    first = {item.slug: (item.options[0].sku, item.options[0].price) for item in stock.ITEMS}
    assert {slug: first[slug] for slug in FIRST_SIX} == FIRST_SIX


def test_stock__fills_every_shelf_and_no_other():
    assert {item.category for item in stock.ITEMS} == {shelf.slug for shelf in stock.SHELVES}


@each_item
def test_item__fits_its_columns(item):
    for model, name, value in [
        (Product, "slug", item.slug),
        (Product, "title", item.title),
        (Product, "tagline", item.tagline),
        *((Variant, "sku", option.sku) for option in item.options),
        *((Variant, "name", option.name) for option in item.options),
    ]:
        model._meta.get_field(name).clean(value, None)


@pytest.mark.parametrize("shelf", stock.SHELVES, ids=lambda shelf: shelf.slug)
def test_shelf__fits_its_columns(shelf):
    for name, value in shelf._asdict().items():
        Category._meta.get_field(name).clean(value, None)


@each_item
def test_item__flies_within_the_scale(item):
    low, high = item.wind
    assert 1 <= low <= high <= 8


@each_item
def test_item__says_what_it_is(item):
    assert item.tagline.endswith(".")
    assert len(item.description) > 100


@each_item
def test_item__has_up_to_four_options_that_differ(item):
    names = {option.name for option in item.options}
    assert 1 <= len(item.options) <= 4
    assert len(names) == len(item.options)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.sku)
def test_option__has_a_price_in_cents(option):
    assert re.fullmatch(r"[1-9]\d*\.\d\d", option.price)
    Variant._meta.get_field("price").clean(option.price, None)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.sku)
def test_option__has_a_number_of_the_house(option):
    assert re.fullmatch(r"GL-\d{3}(-[A-Z])?", option.sku)


def test_drawings__are_one_for_each_item():
    assert {file.name for file in KITES.iterdir()} == {f"{item.slug}.svg" for item in stock.ITEMS}


@each_drawing
def test_drawing__holds_shapes_alone(file):
    drawing = ElementTree.parse(file).getroot()
    assert drawing.tag == f"{SVG}svg"
    assert drawing.get("viewBox") == "0 0 400 400"
    assert {element.tag for element in drawing.iter()} <= SHAPES


@each_drawing
def test_drawing__asks_for_nothing_that_a_strict_policy_refuses(file):
    drawing = ElementTree.parse(file).getroot()
    names = {name for element in drawing.iter() for name in element.attrib}
    values = " ".join(value for element in drawing.iter() for value in element.attrib.values())
    assert not {name for name in names if name == "style" or name.endswith("href") or name.startswith("on")}
    assert "url(" not in values


@each_drawing
def test_drawing__carries_no_text(file):
    drawing = ElementTree.parse(file).getroot()
    assert not "".join(drawing.itertext()).strip()


@each_drawing
def test_drawing__is_light(file):
    assert file.stat().st_size < 20_000
