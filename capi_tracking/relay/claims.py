"""What an event of a beacon may claim, believed as far as we signed it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from .. import islands
from ..conf import conf
from ..events import Content, CustomData, StandardEvent
from ..exceptions import InvalidEvent
from .bodies import Said, decoded, text

MAX_AGE = timedelta(minutes=10)
MAX_QUANTITY = 10_000
MAX_PARAMETERS = 50
PENCE = Decimal("0.000001")  # both sides round a product to it

NAMES = frozenset(StandardEvent) - {StandardEvent.PURCHASE}
MONEY = frozenset({"value", "currency", "predicted_ltv", "net_revenue"})

is_event_id = re.compile(r"[A-Za-z0-9_-]{8,64}").fullmatch


@dataclass(frozen=True, slots=True)
class Claim:
    """One event that we can vouch for. ``age``: how long ago it happened, by the browser's clock, within bounds."""

    pixel: str
    name: str
    event_id: str
    age: timedelta
    data: CustomData


def claim(said: Said) -> Claim | None:
    """What the event is, if it is one that a browser may tell of; else None."""
    pixel, name, event_id = (text(said.get(key)) for key in ("pixel", "name", "id"))
    if pixel not in conf.PIXELS or not is_event_id(event_id) or is_sale(name):
        return None
    try:
        data = _data(pixel, name, said)
    except InvalidEvent:
        return None
    return None if data is None else Claim(pixel, name, event_id, _age(said.get("age")), data)


def is_sale(name: str) -> bool:
    """A Purchase, however it is spelled: it belongs to its order, and no browser may tell of one."""
    return "purchase" in unicodedata.normalize("NFKC", name).casefold().split()


def _data(pixel: str, name: str, said: Said) -> CustomData | None:
    """A bare PageView, an island or an item that we signed, or what any script may say: in this order."""
    if name == StandardEvent.PAGE_VIEW:
        return CustomData()
    if "signature" in said:
        signed = islands.verify(pixel, name, text(said.get("data")), text(said["signature"]))
        return None if signed is None else CustomData.from_json(signed)
    if name not in NAMES and name not in conf.COLLECT_EVENTS:
        return None
    if "item" in said:
        signed = islands.verify_item(text(said["item"]), pixel=pixel)
        return None if signed is None else _several(CustomData.from_json(signed), said.get("quantity", 1))
    return _unsigned(decoded(text(said.get("data"))))


def _several(piece: CustomData, quantity: object) -> CustomData | None:
    """So many of an article, as ``capi.js`` reckons too."""
    if type(quantity) is not int or not 1 <= quantity <= MAX_QUANTITY:
        return None
    contents = [replace(each, quantity=quantity) for each in piece.contents[:1]]
    if piece.value is None:
        return replace(piece, contents=contents)
    return replace(piece, contents=contents, value=(piece.value * quantity).quantize(PENCE))


def _unsigned(said: object) -> CustomData | None:
    """What a script says of its own accord is worth nothing, and what does not fit is left out."""
    if not isinstance(said, dict):
        return None
    kept: dict[str, Any] = {}
    for name, value in list(said.items())[:MAX_PARAMETERS]:
        kept |= {} if name in MONEY else _fitting(name, _shortened(name, value))
    return CustomData.from_json(kept)


def _shortened(name: str, value: object) -> object:
    if name not in {"contents", "content_ids"} or not isinstance(value, list):
        return value
    members = value[: islands.MAX_CONTENTS]
    return [content for each in members for content in _content(each)] if name == "contents" else members


def _content(said: object) -> list[dict[str, Any]]:
    if not isinstance(said, Mapping):
        return []
    try:
        return [Content.from_json({name: value for name, value in said.items() if name != "item_price"}).as_payload()]
    except InvalidEvent:
        return []


def _fitting(name: str, value: object) -> dict[str, Any]:
    try:
        CustomData.from_json({name: value})
    except InvalidEvent:
        return {}
    return {name: value}


def _age(milliseconds: object) -> timedelta:
    """Nothing before now minus ``MAX_AGE``, nothing after now."""
    if not isinstance(milliseconds, (int, float)):
        return timedelta(0)
    longest = MAX_AGE.total_seconds() * 1000
    return timedelta(milliseconds=max(0.0, min(milliseconds, longest)))
