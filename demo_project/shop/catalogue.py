"""What lies on the shelves. ``seed()`` may be run again: it changes nothing that is there."""

from decimal import Decimal
from typing import NamedTuple

from demo_project.shop.models import Product


class Item(NamedTuple):
    sku: str
    title: str
    category: str
    price: str
    wind: tuple[int, int]
    tagline: str
    description: str


ITEMS = [
    Item(
        "GL-101",
        "Meadow",
        "First kites",
        "29.00",
        (2, 4),
        "The diamond everyone draws.",
        "Two spars, one line, five bows on the tail. It goes up on the first try, comes down slowly and fits into "
        "a school bag. Ripstop nylon with a bound edge; 40 metres of line on a wooden winder are in the sleeve.",
    ),
    Item(
        "GL-204",
        "Kestrel",
        "First kites",
        "49.00",
        (1, 4),
        "A delta that hovers in almost nothing.",
        "Wide wings and a deep keel: the Kestrel climbs on a breath and then stands there, as its name does over a "
        "field. The leading edges are carbon, so they spring back from a landing on the nose.",
    ),
    Item(
        "GL-310",
        "Pelican",
        "No sticks",
        "74.00",
        (3, 6),
        "All cloth, nothing to break.",
        "The wind blows up eight cells and makes the wing. Stuff it into its pouch, forget it in the car, take it "
        "out by the sea. Pulls steadily enough to lift a windsock, a camera or a child's eyebrows.",
    ),
    Item(
        "GL-406",
        "Rokkaku",
        "Old masters",
        "89.00",
        (2, 5),
        "Six corners, three hundred years.",
        "The fighting kite of Sanjo, bowed by two strings at the back. Flat it tumbles, bowed it stands like a "
        "picture on a wall; you choose. Sewn from eleven panels, with bamboo spars that we split ourselves.",
    ),
    Item(
        "GL-415",
        "Lighthouse",
        "Old masters",
        "119.00",
        (4, 7),
        "A box for days when others stay at home.",
        "Two cells on four long spars, built after the kites that weather stations flew. It wants real wind and "
        "then does not move. Packs into a tube of seventy centimetres.",
    ),
    Item(
        "GL-502",
        "Swift",
        "Two lines",
        "159.00",
        (3, 6),
        "Turns on a coin, lands on its feet.",
        "Steered by two lines and two hands. Precise corners, slow axels, and quiet: the trailing edge does not "
        "buzz. Comes with straps and two 25 metre lines of the same stretch, measured as a pair.",
    ),
]


def seed() -> int:
    """Add the products that are missing; how many these were."""
    return sum(add(item, position) for position, item in enumerate(ITEMS))


def add(item: Item, position: int) -> bool:
    slug = item.title.lower()
    wind_from, wind_to = item.wind
    defaults = {
        "slug": slug,
        "title": item.title,
        "category": item.category,
        "price": Decimal(item.price),
        "tagline": item.tagline,
        "description": item.description,
        "drawing": f"shop/kites/{slug}.svg",
        "wind_from": wind_from,
        "wind_to": wind_to,
        "position": position,
    }
    return Product.objects.get_or_create(sku=item.sku, defaults=defaults)[1]
