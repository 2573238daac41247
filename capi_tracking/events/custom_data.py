"""What an event is about, and what it is worth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

from ..exceptions import InvalidEvent
from ..normalization import CURRENCIES
from .content import DELIVERY_CATEGORIES, MAX_CONTENTS, Content
from .encoding import json_object
from .fields import amount, count, currency, identifier, number, text, word
from .names import ContentType

_CONTENT_TYPES = frozenset(ContentType)
_STORE_KEYS = frozenset({"store_page_id", "brand_page_id", "store_code"})
_MONEY = ("value", "predicted_ltv", "net_revenue")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomData:
    """Money may be given as Decimal, int, float, text with a decimal point, or an object with ``amount``.

    ``extra`` holds custom parameters, which Meta takes beside the standard ones. Both copies of an event, the pixel's
    and the server's, are made from ``as_payload()``.
    """

    value: Decimal | None = None
    currency: str = ""
    content_ids: Sequence[str] = ()
    content_type: str = ""
    contents: Sequence[Content] = ()
    content_name: str = ""
    content_category: str = ""
    order_id: str = ""
    num_items: int | None = None
    search_string: str = ""
    status: str | bool = ""
    predicted_ltv: Decimal | None = None
    net_revenue: Decimal | None = None
    delivery_category: str = ""
    item_number: str = ""
    store_data: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._settle_money()
        if self.contents != ():
            object.__setattr__(self, "contents", _contents(self.contents))
        if _rest_of(self) != _NO_REST:
            self._settle_rest()

    def _settle_money(self) -> None:
        put = object.__setattr__
        if self.currency not in CURRENCIES or type(self.value) is not Decimal:
            put(self, "currency", _currency(self.currency, getattr(self.value, "currency", "")))
        for name, given in zip(_MONEY, _money_of(self), strict=True):
            if given is not None:
                put(self, name, exact := amount(name, given, signed=name == "net_revenue"))
                if exact is not None and not self.currency:
                    raise InvalidEvent("currency", f"is missing beside {name}")
        if self.predicted_ltv is not None and not self.predicted_ltv:
            raise InvalidEvent("predicted_ltv", "must be above zero")

    def _settle_rest(self) -> None:
        put = object.__setattr__
        for name, rule in _RULES.items():
            if (given := getattr(self, name)) != "":
                put(self, name, rule(name, given))
        if self.content_ids != ():
            put(self, "content_ids", tuple(_id(given) for given in _listed("content_ids", self.content_ids)))
        if self.num_items is not None:
            put(self, "num_items", count("num_items", self.num_items, least=0))
        if self.store_data:
            put(self, "store_data", _store(self.store_data))
        if self.extra:
            put(self, "extra", _extra(self.extra))

    @classmethod
    def from_json(cls, data: object) -> "CustomData":
        """The way back from ``as_payload()``: names as Meta spells them, unknown ones are custom parameters."""
        if not isinstance(data, Mapping):
            raise InvalidEvent("custom_data", "must be an object")
        known: dict[str, Any] = {
            name: _strict(name, value) for name, value in data.items() if name in STANDARD and value is not None
        }
        known["contents"] = [Content.from_json(given) for given in _listed("contents", known.get("contents", ()))]
        return cls(**known, extra={name: value for name, value in data.items() if name not in STANDARD})

    def as_payload(self) -> dict[str, Any]:
        """The dict that Meta takes, on the server as in the browser; empty where nothing is known."""
        known = zip(_ORDER, _all_of(self), strict=True)
        payload = {name: value for name, value in known if value or type(value) in _TELLING_WHEN_ZERO}
        for name in _MONEY:
            if name in payload:
                payload[name] = number(payload[name])
        if self.content_ids:
            payload["content_ids"] = [*self.content_ids]
        if self.contents:
            payload["contents"] = [content.as_payload() for content in self.contents]
        return {**payload, **self.extra} if self.extra else payload


def _status(name: str, given: object) -> str | bool:
    return given if isinstance(given, bool) else text(name, given)


def _content_type(name: str, given: object) -> str:
    return word(name, given, _CONTENT_TYPES)


def _delivery_category(name: str, given: object) -> str:
    return word(name, given, DELIVERY_CATEGORIES)


_RULES: dict[str, Callable[[str, object], object]] = {
    "content_type": _content_type,
    "content_name": text,
    "content_category": text,
    "order_id": identifier,
    "search_string": text,
    "status": _status,
    "delivery_category": _delivery_category,
    "item_number": identifier,
}

_ORDER = tuple(each.name for each in fields(CustomData) if each.name != "extra")
STANDARD = frozenset(_ORDER)
_all_of = attrgetter(*_ORDER)
_money_of = attrgetter(*_MONEY)
_TELLING_WHEN_ZERO = frozenset({int, bool, Decimal})
_REST = (*_RULES, "content_ids", "num_items", "store_data", "extra")
_rest_of = attrgetter(*_REST)
_NO_REST: tuple[object, ...] = (*("" for _ in _RULES), (), None, {}, {})


def _currency(given: object, of_money: object) -> str:
    code, own = currency("currency", given), currency("currency", of_money)
    if code and own and code != own:
        raise InvalidEvent("currency", "differs from the currency of value")
    return code or own


def _strict(name: str, value: object) -> object:
    """JSON tells text, numbers and lists apart, so data from outside must too."""
    if name in _MONEY or name == "num_items":
        right = isinstance(value, (int, float)) or (name in _MONEY and isinstance(value, str))
    elif name in {"contents", "content_ids"}:
        right = isinstance(value, list)
    elif name == "store_data":
        right = isinstance(value, Mapping)
    else:
        right = isinstance(value, str) or (name == "status" and isinstance(value, bool))
    if not right:
        raise InvalidEvent(name, f"must not be {type(value).__name__}")
    return value


def _contents(given: object) -> tuple[Content, ...]:
    contents = tuple(_listed("contents", given))
    for content in contents:
        if type(content) is not Content and not isinstance(content, Content):
            raise InvalidEvent("contents", "must be Content objects")
    return contents


def _listed(name: str, value: object) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise InvalidEvent(name, "must be a list")
    if len(value) > MAX_CONTENTS:
        raise InvalidEvent(name, f"has more than {MAX_CONTENTS} members")
    return value


def _id(given: object) -> str:
    if not (found := identifier("content_ids", given)):
        raise InvalidEvent("content_ids", "has an empty member")
    return found


def _store(given: object) -> dict[str, Any]:
    store = json_object("store_data", given)
    if store.keys() - _STORE_KEYS:
        raise InvalidEvent("store_data", "takes store_page_id, brand_page_id and store_code")
    return store


def _extra(given: object) -> dict[str, Any]:
    extra = json_object("extra", given)
    if clash := extra.keys() & STANDARD:
        raise InvalidEvent("extra", f"{min(clash)} is a standard parameter: give it by its own name")
    return extra
