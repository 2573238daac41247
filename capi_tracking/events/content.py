"""One article of a cart, an order or a page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..exceptions import InvalidEvent
from .encoding import number_text, quoted, written_as_json
from .fields import MAX_ID, amount, count, identifier, text, word
from .given import Rule, Sealed, keep
from .names import DeliveryCategory

MAX_CONTENTS = 1000
MAX_QUANTITY = 2**31
ALWAYS_HELD = 2  # id and quantity

DELIVERY_CATEGORIES = frozenset(DeliveryCategory)


@written_as_json
@dataclass(frozen=True, kw_only=True)
class Content(Sealed):
    """``id`` is the catalogue's; ``item_price`` is for one piece, as int, float, Decimal or text with a point."""

    id: str
    """As in the catalogue."""
    quantity: int = 1
    """How many pieces, at least 1."""
    item_price: Decimal | None = None
    """For one piece."""
    delivery_category: str = ""
    """`in_store`, `curbside` or `home_delivery`."""
    title: str = ""
    """The article's name."""
    brand: str = ""
    """Its brand."""
    category: str = ""
    """Its category."""

    if not TYPE_CHECKING:

        def __init__(self, *, id: str, quantity: int = 1, item_price: object = None, **words: object) -> None:  # noqa: A002
            held = self.__dict__  # written out, as an order has many of them
            held["id"] = id if type(id) is str and 0 < len(id) <= MAX_ID and id.isprintable() else _id(id)
            held["quantity"] = quantity if type(quantity) is int and 0 < quantity < MAX_QUANTITY else _count(quantity)
            if item_price is not None and (exact := amount("contents.item_price", item_price)) is not None:
                held["item_price"] = exact
            if words:
                keep(self, words, _WORDS)

    @classmethod
    def from_json(cls, data: object) -> "Content":
        """Build one from ``as_payload()``; strict, as the data may come from outside."""
        if not isinstance(data, Mapping):
            raise InvalidEvent("contents", "must be a list of objects")
        if unknown := data.keys() - _KEYS:
            raise InvalidEvent("contents", f"{len(unknown)} unknown key(s)")
        if not all(isinstance(data.get(key, ""), str) for key in _KEYS - _NUMBERS):
            raise InvalidEvent("contents", "must have texts for ids and names")
        return cls(**{"id": "", **data})

    def as_payload(self) -> dict[str, Any]:
        """The dict that Meta takes, on the server as in the browser."""
        payload: dict[str, Any] = json.loads(self.as_json())
        return payload

    def as_members(self) -> dict[str, Any]:
        """What is written of it."""
        return self.__dict__

    def as_json(self) -> str:
        """Compact JSON text of it."""
        held = self.__dict__
        price = f',"item_price":{number_text(held["item_price"])}' if "item_price" in held else ""
        words = self._words() if len(held) > ALWAYS_HELD + ("item_price" in held) else ""
        return f'{{"id":{quoted(held["id"])},"quantity":{held["quantity"]}{price}{words}}}'

    def _words(self) -> str:
        return "".join([f',"{name}":{quoted(getattr(self, name))}' for name in _WORDS if name in self.__dict__])


def _id(given: object) -> str:
    if not (found := identifier("contents.id", given)):
        raise InvalidEvent("contents.id", "is missing")
    return found


def _count(given: object) -> int:
    return count("contents.quantity", given, least=1)


def _category(name: str, given: object) -> str:
    return word(f"contents.{name}", given, DELIVERY_CATEGORIES)


def _text(name: str, given: object) -> str:
    return text(f"contents.{name}", given)


_WORDS: dict[str, Rule] = {"delivery_category": _category, "title": _text, "brand": _text, "category": _text}
_NUMBERS = frozenset({"quantity", "item_price"})
_KEYS = frozenset({"id", *_NUMBERS, *_WORDS})
