"""Data islands: what a tag says about an event, signed, so that the relay can believe it without a look-up.

An island holds no event id and nothing of a person, so the page it stands in may be cached; it has no expiry.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any

from django.utils.crypto import constant_time_compare

from .conf import conf, keyed_hash
from .conf import pixel as pixel_settings
from .events import Content, CustomData, StandardEvent
from .exceptions import InvalidEvent

MAX_CONTENTS = 100
MAX_BYTES = 24_000  # inside a beacon of 32 kB the text is quoted once more
MAX_NAME = 50
RELAY_ONLY = "relay_only"  # of the setting BROWSER
PARAMETERS = frozenset(each.name for each in fields(CustomData)) - {"extra"}

_NAMES = frozenset(StandardEvent)
_STANDARD = {name.lower(): name.value for name in StandardEvent}
_ELSEWHERE = {
    StandardEvent.PURCHASE: "a Purchase belongs to its order: use {% pixel_purchase order %}",
    StandardEvent.PAGE_VIEW: "{% pixel_head %} sends it already, once for each page",
}


def script() -> str:
    """The address of Meta's script; "" where a browser may say nothing to Meta."""
    return "" if conf.SHADOW or conf.BROWSER == RELAY_ONLY else str(conf.PIXEL_SCRIPT_URL)


def aliases(given: object = None) -> list[str]:
    """The pixels that ``pixel="a b"``, a list of aliases, or nothing (``PAGE_PIXELS``) means: those with a PIXEL_ID.

    Raises :class:`ImproperlyTracked` for an alias that does not exist, :class:`InvalidEvent` if no pixel is left.
    """
    named = given or conf.PAGE_PIXELS
    wanted = list(dict.fromkeys(named.split() if isinstance(named, str) else map(str, named)))  # type: ignore[call-overload]
    found = [alias for alias in wanted if pixel_settings(alias).pixel_id]
    if not found:
        raise InvalidEvent("pixel", f"{' '.join(wanted)!r} has no PIXEL_ID")
    return found


def island(name: str, data: CustomData, *, pixel: str = "default") -> dict[str, Any]:
    """The signed island of one event, JSON-safe. Raises :class:`InvalidEvent` and :class:`ImproperlyTracked`."""
    check_name(name)
    if not pixel_settings(pixel).pixel_id:
        raise InvalidEvent("pixel", f"{pixel!r} has no PIXEL_ID")
    text = encode(capped(data).as_payload())
    if len(text.encode()) > MAX_BYTES:
        raise InvalidEvent("custom_data", f"more than {MAX_BYTES} bytes")
    return described(pixel, name) | {"data": text, "signature": sign(pixel, name, text)}


def described(pixel: str, name: str) -> dict[str, Any]:
    """How a page is told which event it is; ``custom`` if the name is none of Meta's."""
    said: dict[str, Any] = {"pixel": pixel, "name": name}
    return said if name in _NAMES else said | {"custom": True}


def check_name(name: object) -> None:
    """Raise :class:`InvalidEvent` for a name that a page may not use, or that looks misspelled."""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidEvent("event_name", f"must be 1 to {MAX_NAME} printable characters")
    if name in _ELSEWHERE:
        raise InvalidEvent("event_name", _ELSEWHERE[StandardEvent(name)])
    close = get_close_matches(name.lower(), _STANDARD, n=1, cutoff=0.85)
    if close and _STANDARD[close[0]] != name:
        raise InvalidEvent("event_name", f"{name!r} is no standard event. Did you mean {_STANDARD[close[0]]!r}?")


def check_parameters(names: Iterable[str]) -> None:
    """Raise :class:`InvalidEvent` for a parameter that looks like a misspelt one of Meta's; others are the shop's own."""
    for name in names:
        close = [] if name in PARAMETERS else get_close_matches(name, PARAMETERS, n=1, cutoff=0.8)
        if close:
            raise InvalidEvent(name, f"is no parameter of Meta's. Did you mean {close[0]}=?")


def merged(found: CustomData, given: Mapping[str, Any]) -> CustomData:
    """The data with what is given by name, which goes first; a name that Meta does not know is the shop's own."""
    if not given:
        return found
    standard = {name: value for name, value in given.items() if name in PARAMETERS}
    if isinstance(standard.get("content_ids"), str):
        standard["content_ids"] = [standard["content_ids"]]
    own = {name: value for name, value in given.items() if name not in PARAMETERS}
    return replace(found, **standard, extra={**found.extra, **own})


def encode(data: object) -> str:
    """One text for one meaning: this is what is signed, and what travels."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(pixel: str, name: str, data: str) -> str:
    """32 hex characters over pixel alias, event name and the encoded data."""
    return keyed_hash(f"{pixel}\n{name}\n{data}", purpose="island")


def verify(pixel: str, name: str, data: str, signature: str) -> dict[str, Any] | None:
    """The data if we signed it, else None."""
    try:
        if not constant_time_compare(sign(pixel, name, data), signature):
            return None
    except UnicodeEncodeError:  # half a surrogate pair, which we never sign
        return None
    decoded: dict[str, Any] = json.loads(data)
    return decoded


def item(data: CustomData, *, pixels: Iterable[str]) -> str:
    """A token for one article: ``capi.track("AddToCart", {item: token, quantity: 2})``; name and quantity come later.

    It is ``base64url(json).signature``; the JSON is ``{"pixel": "a b", "data": {...}}``. Raises :class:`InvalidEvent`.
    """
    text = encode({"pixel": " ".join(pixels), "data": _single(data).as_payload()})
    if len(text.encode()) > MAX_BYTES:
        raise InvalidEvent("custom_data", f"more than {MAX_BYTES} bytes")
    said = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{said}.{keyed_hash(said, purpose='item')}"


def verify_item(token: str, *, pixel: str) -> dict[str, Any] | None:
    """The data of one piece if we signed it for this pixel, else None."""
    said, _, signature = token.partition(".")
    if not token.isascii() or not constant_time_compare(keyed_hash(said, purpose="item"), signature):
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


def capped(data: CustomData) -> CustomData:
    """A long list is cut before it is signed, so that both copies are cut alike."""
    if len(data.contents) <= MAX_CONTENTS and len(data.content_ids) <= MAX_CONTENTS:
        return data
    return replace(data, contents=data.contents[:MAX_CONTENTS], content_ids=data.content_ids[:MAX_CONTENTS])
