"""What an event is about, and what it is worth."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..exceptions import InvalidEvent
from .content import DELIVERY_CATEGORIES, MAX_CONTENTS, Content
from .encoding import encode, json_object, members, written, written_as_json
from .fields import amount, count, currency, identifier, text, word
from .given import NOTHING, Rule, Sealed, keep
from .names import ContentType

_CONTENT_TYPES = frozenset(ContentType)
_STORE_KEYS = frozenset({"store_page_id", "brand_page_id", "store_code"})
_MONEY = frozenset({"value", "predicted_ltv", "net_revenue"})


@written_as_json
@dataclass(frozen=True, kw_only=True)
class CustomData(Sealed):
    """Money may be given as Decimal, int, float, text with a decimal point, or an object with ``amount``.

    ``extra`` holds custom parameters, which Meta takes beside the standard ones. Both copies of an event, the pixel's
    and the server's, are made from ``as_json()``.
    """

    value: Decimal | None = None
    """What it was worth, in `currency`. A Purchase must have it; 0 is a value."""
    currency: str = ""
    """ISO 4217, such as `EUR`. Must stand beside money."""
    content_ids: Sequence[str] = ()
    """Ids of articles as in the catalogue. Not needed beside `contents`."""
    content_type: str = ""
    """`product`, or `product_group` where the ids are those of groups of variants."""
    contents: Sequence[Content] = ()
    """The articles, at most 1,000."""
    content_name: str = ""
    """Name of the page or the article."""
    content_category: str = ""
    """Category of the page or the article."""
    order_id: str = ""
    """The shop's own order number."""
    num_items: int | None = None
    """How many pieces. Of `InitiateCheckout` and `Purchase`."""
    search_string: str = ""
    """What was searched for. Of `Search`."""
    status: str | bool = ""
    """Whether it went well. Of `CompleteRegistration`."""
    predicted_ltv: Decimal | None = None
    """What the customer will be worth in all, above 0. Of `StartTrial` and `Subscribe`."""
    net_revenue: Decimal | None = None
    """The profit, which may be below 0: [what it is worth](orders.md#what-it-is-worth)."""
    delivery_category: str = ""
    """`in_store`, `curbside` or `home_delivery`. Of `Purchase`."""
    item_number: str = ""
    """Tells lines of one order apart. Of `physical_store`."""
    store_data: Mapping[str, Any] = NOTHING
    """`store_page_id`, `brand_page_id`, `store_code`. Of `physical_store`."""
    extra: Mapping[str, Any] = NOTHING
    """Custom parameters, by names of your own."""

    if not TYPE_CHECKING:

        def __init__(self, **given: Any) -> None:
            held = keep(self, given, _RULES)
            if not _MONEY.isdisjoint(held):
                _settle_money(held, getattr(given.get("value"), "currency", ""))

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
        payload: dict[str, Any] = json.loads(self.as_json())
        return payload

    def as_members(self) -> dict[str, Any]:
        """What is written of it: custom parameters stand beside the others."""
        held = self.__dict__
        return {**{name: held[name] for name in held if name != "extra"}, **self.extra} if "extra" in held else held

    def as_json(self) -> str:
        """Compact JSON text of it."""
        held = self.__dict__
        if "extra" not in held:
            return written(held)
        standard = members({name: value for name, value in held.items() if name != "extra"})
        return f"{{{standard}{',' if standard else ''}{encode(self.extra)[1:]}"


def _settle_money(held: dict[str, Any], of_value: object) -> None:
    """Money says in which currency it is, itself or beside it."""
    code = held.get("currency", "")
    if code and not of_value:
        return
    own = currency("currency", of_value) if of_value else ""
    if code and own and code != own:
        raise InvalidEvent("currency", "differs from the currency of value")
    if own:
        held["currency"] = own
    for name in _MONEY:
        if held.get(name) is not None and not (code or own):
            raise InvalidEvent("currency", f"is missing beside {name}")


def _status(name: str, given: object) -> str | bool:
    return given if isinstance(given, bool) else text(name, given)


def _content_type(name: str, given: object) -> str:
    return word(name, given, _CONTENT_TYPES)


def _delivery_category(name: str, given: object) -> str:
    return word(name, given, DELIVERY_CATEGORIES)


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


def _profit(name: str, given: object) -> Decimal | None:
    return amount(name, given, signed=True)


def _lifetime_value(name: str, given: object) -> Decimal | None:
    exact = amount(name, given)
    if exact is not None and not exact:
        raise InvalidEvent(name, "must be above zero")
    return exact


def _contents(name: str, given: object) -> tuple[Content, ...] | None:
    contents = tuple(_listed(name, given))
    for content in contents:
        if type(content) is not Content:  # which has no subclasses
            raise InvalidEvent(name, "must be Content objects")
    return contents or None


def _content_ids(name: str, given: object) -> tuple[str, ...] | None:
    found = tuple([identifier(name, each) for each in _listed(name, given)])
    if not all(found):
        raise InvalidEvent(name, "has an empty member")
    return found or None


def _listed(name: str, value: object) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise InvalidEvent(name, "must be a list")
    if len(value) > MAX_CONTENTS:
        raise InvalidEvent(name, f"has more than {MAX_CONTENTS} members")
    return value


def _num_items(name: str, given: object) -> int | None:
    return None if given is None else count(name, given, least=0)


def _store(name: str, given: object) -> dict[str, Any] | None:
    store = json_object(name, given)
    if store.keys() - _STORE_KEYS:
        raise InvalidEvent(name, "takes store_page_id, brand_page_id and store_code")
    found = {key: identifier(f"{name}.{key}", value) for key, value in store.items()}
    return {key: value for key, value in found.items() if value} or None


def _extra(name: str, given: object) -> dict[str, Any] | None:
    extra = json_object(name, given)
    if clash := extra.keys() & STANDARD:
        raise InvalidEvent(name, f"{min(clash)} is a standard parameter: give it by its own name")
    return extra or None


_RULES: dict[str, Rule] = {
    "value": amount,
    "currency": currency,
    "content_ids": _content_ids,
    "content_type": _content_type,
    "contents": _contents,
    "content_name": text,
    "content_category": text,
    "order_id": identifier,
    "num_items": _num_items,
    "search_string": text,
    "status": _status,
    "predicted_ltv": _lifetime_value,
    "net_revenue": _profit,
    "delivery_category": _delivery_category,
    "item_number": identifier,
    "store_data": _store,
    "extra": _extra,
}
STANDARD = _RULES.keys() - {"extra"}
