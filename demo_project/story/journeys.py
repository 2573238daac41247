"""What a visit does: pages, looks, carts and, now and then, an order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.urls import reverse

from capi_tracking.events import Content, CustomData
from demo_project.shop.stock import ITEMS, SHELVES, Item, Option
from demo_project.story.visitors import Visitor

CURRENCY = "EUR"
LOOKS, ADDS, GOES_TO_CART, BUYS = 0.66, 0.32, 0.76, 0.74
BY_FRONT_PAGE, SEARCHING = 0.6, 0.03
POPULAR = (9, 12, 8, 6, 3, 6, 5, 10, 4, 3, 7, 2)
SEARCHES = ("delta", "beginner", "line", "no wind", "beach")
ELSEWHERE = (
    (0.010, "CompleteRegistration", "/account/new/"),
    (0.016, "Lead", "/contact/"),
    (0.019, "StartTrial", "/trial/"),
)
SHELF_TITLES = {shelf.slug: shelf.title for shelf in SHELVES}


@dataclass(slots=True)
class Step:
    """One event of a page, as its browser made it."""

    name: str
    at: datetime
    url: str
    event_id: str
    data: CustomData = field(default_factory=CustomData)


@dataclass(slots=True)
class Piece:
    """One line of a basket."""

    item: Item
    option: Option
    quantity: int

    @property
    def price(self) -> Decimal:
        return Decimal(self.option.price)

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity


@dataclass(slots=True)
class Journey:
    """All of one visit. ``ordered_at`` is None where nothing was ordered."""

    visitor: Visitor
    steps: list[Step]
    basket: list[Piece]
    ordered_at: datetime | None
    shop: str

    @property
    def came_by_front_page(self) -> bool:
        return self.steps[0].url.partition("?")[0] == f"{self.shop}{reverse('shop:products')}"

    @property
    def cart_url(self) -> str:
        return f"{self.shop}{reverse('shop:cart')}"

    @property
    def total(self) -> Decimal:
        return sum((piece.amount for piece in self.basket), Decimal("0.00"))


class Walk:
    """A visit in the making: every page takes its time and leaves its events."""

    def __init__(self, rng: Random, begin: datetime, query: str, shop: str) -> None:
        self.rng, self.now, self.query, self.shop = rng, begin, query, shop
        self.steps: list[Step] = []
        self.url = ""

    def open(self, path: str) -> None:
        """The first page bears the query that led here."""
        if self.steps:
            self.stay(6, 70)
        self.url = f"{self.shop}{path}{'' if self.steps else self.query}"
        self.tell("PageView")

    def stay(self, least: float, most: float) -> None:
        self.now += timedelta(seconds=self.rng.uniform(least, most))

    def tell(self, name: str, data: CustomData | None = None) -> None:
        self.steps.append(Step(name, self.now, self.url, f"{self.rng.getrandbits(128):032x}", data or CustomData()))


def walk(rng: Random, visitor: Visitor, begin: datetime, end: datetime, shop: str) -> Journey:
    """One visit from its first page to its last; what would happen after ``end`` has not happened yet."""
    made = Walk(rng, begin, visitor.query, shop)
    items = list(chosen(rng))
    land(made, items)
    basket = [piece for item in items if (piece := look(made, item))]
    ordered = bool(basket) and rng.random() < GOES_TO_CART and check_out(made, basket)
    ordered_at = made.now if ordered and made.now < end else None
    return Journey(visitor, [step for step in made.steps if step.at < end], basket, ordered_at, shop)


def land(made: Walk, items: list[Item]) -> None:
    """Most come by the front page; an ad may lead straight to a kite."""
    if not items or made.rng.random() < BY_FRONT_PAGE:
        made.open(reverse("shop:products"))
        wander(made)


def wander(made: Walk) -> None:
    dice = made.rng.random()
    if dice > 1 - SEARCHING:
        made.stay(4, 30)
        made.tell("Search", CustomData(search_string=made.rng.choice(SEARCHES)))
    for bound, name, path in ELSEWHERE:
        if dice < bound:
            made.open(path)
            made.tell(name)
            return


def chosen(rng: Random) -> Iterator[Item]:
    chance = LOOKS
    while rng.random() < chance:
        yield rng.choices(ITEMS, weights=POPULAR)[0]
        chance *= 0.8


def look(made: Walk, item: Item) -> Piece | None:
    made.open(reverse("shop:product", args=[item.slug]))
    made.tell("ViewContent", about(item, item.options[0]))
    if made.rng.random() >= ADDS:
        return None
    made.stay(8, 60)
    option = made.rng.choices(item.options, weights=range(len(item.options) * 2, 0, -2))[0]
    made.tell("AddToCart", about(item, option))
    return Piece(item, option, 2 if made.rng.random() < 0.12 else 1)


def check_out(made: Walk, basket: list[Piece]) -> bool:
    """Opens the cart; True if the order is placed in the end."""
    made.open(reverse("shop:cart"))
    made.tell("InitiateCheckout", in_cart(basket))
    buys = made.rng.random() < BUYS
    if buys:
        made.stay(40, 200)
    return buys


def about(item: Item, option: Option) -> CustomData:
    price = Decimal(option.price)
    return CustomData(
        value=price,
        currency=CURRENCY,
        content_type="product",
        contents=(Content(id=option.sku, item_price=price),),
        content_name=item.title,
        content_category=SHELF_TITLES[item.category],
    )


def in_cart(basket: list[Piece]) -> CustomData:
    return CustomData(
        value=sum((piece.amount for piece in basket), Decimal("0.00")),
        currency=CURRENCY,
        content_type="product",
        contents=[Content(id=p.option.sku, quantity=p.quantity, item_price=p.price) for p in basket],
        num_items=sum(piece.quantity for piece in basket),
    )
