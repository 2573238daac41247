"""Puts the stock on the shelves. ``seed()`` may be run again: it changes nothing that is there."""

from decimal import Decimal

from django.db import transaction

from demo_project.shop.models import Category, Product, Variant
from demo_project.shop.stock import ITEMS, SHELVES, Item, Shelf


@transaction.atomic
def seed() -> int:
    """Add what is missing; how many variants these were."""
    shelves = {shelf.slug: add_shelf(shelf, position) for position, shelf in enumerate(SHELVES)}
    return sum(add_item(item, shelves[item.category], position) for position, item in enumerate(ITEMS))


def add_shelf(shelf: Shelf, position: int) -> Category:
    defaults = {"title": shelf.title, "tagline": shelf.tagline, "position": position}
    return Category.objects.get_or_create(slug=shelf.slug, defaults=defaults)[0]


def add_item(item: Item, shelf: Category, position: int) -> int:
    wind_from, wind_to = item.wind
    defaults = {
        "title": item.title,
        "category": shelf,
        "tagline": item.tagline,
        "description": item.description,
        "drawing": f"shop/kites/{item.slug}.svg",
        "wind_from": wind_from,
        "wind_to": wind_to,
        "position": position,
    }
    product = Product.objects.get_or_create(slug=item.slug, defaults=defaults)[0]
    return add_options(item, product)


def add_options(item: Item, product: Product) -> int:
    """How many of the item's options were missing."""
    added = 0
    for position, option in enumerate(item.options):
        defaults = {"product": product, "name": option.name, "price": Decimal(option.price), "position": position}
        added += Variant.objects.get_or_create(sku=option.sku, defaults=defaults)[1]
    return added
