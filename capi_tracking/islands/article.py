"""A token for one article, which scripts make events of."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from .. import minimisation
from ..events import Content, CustomData
from ..exceptions import InvalidEvent
from ..keyed_hashes import is_signed, keyed_hash
from .event import has_core_setup
from .signing import bounded, encode


def item(data: CustomData, *, pixels: Iterable[str]) -> str:
    """A token for one article: ``capi.track("AddToCart", {item: token, quantity: 2})``; name and quantity come later.

    It is ``base64url(json).signature``; the JSON is ``{"pixel": "a b", "data": {...}}``. Raises :class:`InvalidEvent`.
    """
    aliases = list(pixels)
    data = minimisation.scanned(_single(data))[0]
    data = minimisation.without_words(data) if any(map(has_core_setup, aliases)) else data
    text = bounded(encode({"pixel": " ".join(aliases), "data": data.as_payload()}))
    said = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{said}.{keyed_hash(said, purpose='item')}"


def verify_item(token: str, *, pixel: str) -> dict[str, Any] | None:
    """The data of one piece if we signed it for this pixel, else None."""
    said, _, signature = token.partition(".")
    if not token.isascii() or not is_signed(said, signature, purpose="item"):
        return None
    signed = json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))
    data: dict[str, Any] = signed["data"]
    return data if pixel in signed["pixel"].split() else None


def _single(data: CustomData) -> CustomData:
    """One article with its price, however it was described: what a quantity can be put to."""
    ids = [content.id for content in data.contents] or list(data.content_ids)
    if len(ids) != 1:
        raise InvalidEvent("contents", f"an item is one article, not {len(ids)}")
    price = data.contents[0].item_price if data.contents and data.value is None else data.value
    content = replace(data.contents[0], quantity=1) if data.contents else Content(id=ids[0])
    return replace(data, value=price, num_items=None, content_ids=(), contents=[replace(content, item_price=price)])
