"""One article of a cart, an order or a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..exceptions import InvalidEvent
from .fields import MAX_ID, amount, count, identifier, number, text, word
from .names import DeliveryCategory

MAX_CONTENTS = 1000

DELIVERY_CATEGORIES = frozenset(DeliveryCategory)
_TEXTS = ("title", "brand", "category")
_WORDS = ("delivery_category", *_TEXTS)
_NUMBERS = frozenset({"quantity", "item_price"})
_KEYS = frozenset({"id", "quantity", "item_price", "delivery_category", "title", "brand", "category"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """``id`` is the catalogue's; ``item_price`` is for one piece, as int, float, Decimal or text with a point."""

    id: str
    quantity: int = 1
    item_price: Decimal | None = None
    delivery_category: str = ""
    title: str = ""
    brand: str = ""
    category: str = ""

    def __post_init__(self) -> None:
        if type(self.id) is not str or not self.id or len(self.id) > MAX_ID or not self.id.isprintable():
            self._settle_id()
        if type(self.quantity) is not int or not 0 < self.quantity < 2**31:
            object.__setattr__(self, "quantity", count("contents.quantity", self.quantity, least=1))
        if self.item_price is not None:
            object.__setattr__(self, "item_price", amount("contents.item_price", self.item_price))
        if self.delivery_category or self.title or self.brand or self.category:
            self._settle_words()

    def _settle_id(self) -> None:
        object.__setattr__(self, "id", identifier("contents.id", self.id))
        if not self.id:
            raise InvalidEvent("contents.id", "is missing")

    def _settle_words(self) -> None:
        put = object.__setattr__
        put(self, "delivery_category", word("contents.delivery_category", self.delivery_category, DELIVERY_CATEGORIES))
        for field in _TEXTS:
            put(self, field, text(f"contents.{field}", getattr(self, field)))

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
        payload: dict[str, Any] = {"id": self.id, "quantity": self.quantity}
        if self.item_price is not None:
            payload["item_price"] = number(self.item_price)
        if self.delivery_category or self.title or self.brand or self.category:
            payload |= {field: value for field in _WORDS if (value := getattr(self, field))}
        return payload
