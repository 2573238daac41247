"""Data islands: what a tag says about an event, signed, so that the relay can believe it without a look-up.

An island holds no event id and nothing of a person, so the page it stands in may be cached; it has no expiry.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from . import minimisation
from .conf import conf, pixel
from .events import Content, CustomData, StandardEvent
from .exceptions import InvalidEvent
from .keyed_hashes import is_signed, keyed_hash
from .minimisation import LeftOut

MAX_CONTENTS = 100
MAX_BYTES = 24_000  # inside a beacon of 32 kB the text is quoted once more
MAX_NAME = 50
SCRIPT_FOLLOWS = ("SHADOW", "BROWSER", "PIXEL_SCRIPT_URL")
RELAY_ONLY = "relay_only"  # of the setting BROWSER
PARAMETERS = frozenset(each.name for each in fields(CustomData)) - {"extra"}

NOTHING_SAID = CustomData()
_NO_ENTRY: Mapping[str, Any] = {}

_NAMES = frozenset(StandardEvent)
_STANDARD = {name.lower(): name.value for name in StandardEvent}
_ELSEWHERE = {
    StandardEvent.PURCHASE: "a Purchase belongs to its order: use {% pixel_purchase order %}",
    StandardEvent.PAGE_VIEW: "{% pixel_head %} sends it already, once for each page",
}
_OF_PAGES = {name.value: name.value for name in StandardEvent if name not in _ELSEWHERE}


def script() -> str:
    """The address of Meta's script; "" where a browser may say nothing to Meta."""
    return script_of(*conf.several(*SCRIPT_FOLLOWS))


def script_of(is_shadow: bool, browser: str, address: str) -> str:
    """What ``script()`` follows from, where that is known already."""
    return "" if is_shadow or browser == RELAY_ONLY else str(address)


def aliases(given: object = None) -> list[str]:
    """The pixels that ``pixel="a b"``, a list of aliases, or nothing (``PAGE_PIXELS``) means: those with a PIXEL_ID.

    None while ``ENABLED`` is False. Raises :class:`ImproperlyTracked` for an alias that does not exist, :class:`InvalidEvent` if no pixel is left.
    """
    is_enabled, of_pages, pixels = conf.several("ENABLED", "PAGE_PIXELS", "PIXELS")
    if not is_enabled:
        return []
    named: Any = given or of_pages
    wanted = dict.fromkeys(named.split() if isinstance(named, str) else map(str, named))
    found = [alias for alias in wanted if (pixels[alias].get("PIXEL_ID") if alias in pixels else pixel(alias))]
    if not found:
        raise InvalidEvent("pixel", f"{' '.join(wanted)!r} has no PIXEL_ID")
    return found


def island(name: str, data: CustomData, *, pixel: str = "default") -> dict[str, Any]:
    """The signed island of one event, JSON-safe. Raises :class:`InvalidEvent`."""
    return several(name, data, pixels=[pixel])[0]


def several(
    name: object,
    data: CustomData,
    *,
    pixels: Iterable[str],
    tell: Callable[[str, Sequence[LeftOut]], None] | None = None,
) -> list[dict[str, Any]]:
    """The same island for each of these pixels, as far as each may have it. ``tell`` hears what none may."""
    name = checked_name(name)
    data, left_out = minimisation.scanned(capped(data))
    if left_out and tell:
        tell(name, left_out)
    text = _bounded(data.as_json())
    return [_signed_island(alias, name, _without_words(data) if _has_core_setup(alias) else text) for alias in pixels]


def _signed_island(alias: str, name: str, text: str) -> dict[str, Any]:
    return described(alias, name) | {"data": text, "signature": sign(alias, name, text)}


def _without_words(data: CustomData) -> str:
    return _bounded(minimisation.without_words(data).as_json())


def _has_core_setup(alias: str) -> bool:
    return bool(conf.PIXELS.get(alias, _NO_ENTRY).get("CORE_SETUP"))


def _bounded(text: str) -> str:
    if len(text.encode()) > MAX_BYTES:
        raise InvalidEvent("custom_data", f"more than {MAX_BYTES} bytes")
    return text


def described(pixel: str, name: str) -> dict[str, Any]:
    """How a page is told which event it is; ``custom`` if the name is none of Meta's."""
    said: dict[str, Any] = {"pixel": pixel, "name": name}
    return said if name in _NAMES else said | {"custom": True}


def check_name(name: object) -> None:
    """Raise :class:`InvalidEvent` for a name that a page may not use, or that looks misspelled."""
    checked_name(name)


def checked_name(name: object) -> str:
    """The name, if a page may use it."""
    if isinstance(name, str) and name in _OF_PAGES:
        return _OF_PAGES[name]
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidEvent("event_name", f"must be 1 to {MAX_NAME} printable characters")
    if name in _ELSEWHERE:
        raise InvalidEvent("event_name", _ELSEWHERE[StandardEvent(name)])
    if meant := _meant(str(name)):
        raise InvalidEvent("event_name", f"{name!r} is no standard event. Did you mean {meant!r}?")
    return str(name)


@lru_cache(maxsize=256)
def _meant(name: str) -> str:
    """The standard name that this one resembles, or ""."""
    close = get_close_matches(name.lower(), _STANDARD, n=1, cutoff=0.85)
    return _STANDARD[close[0]] if close else ""


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
    standard: dict[str, Any] = {name: value for name, value in given.items() if name in PARAMETERS}
    if isinstance(standard.get("content_ids"), str):
        standard["content_ids"] = [standard["content_ids"]]
    if len(standard) < len(given):
        own = {name: value for name, value in given.items() if name not in PARAMETERS}
        standard["extra"] = {**found.extra, **own}
    return CustomData(**standard) if found is NOTHING_SAID else replace(found, **standard)


def encode(data: object) -> str:
    """One text for one meaning."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(pixel: str, name: str, data: str) -> str:
    """32 hex characters over pixel alias, event name and the encoded data."""
    return keyed_hash(_signed(pixel, name, data), purpose="island")


def _signed(pixel: str, name: str, data: str) -> str:
    return f"{pixel}\n{name}\n{data}"


def verify(pixel: str, name: str, data: str, signature: str) -> dict[str, Any] | None:
    """The data if we signed it, under this ``SECRET_KEY`` or one of its fallbacks, else None."""
    try:
        if not is_signed(_signed(pixel, name, data), signature, purpose="island"):
            return None
    except UnicodeEncodeError:  # half a surrogate pair, which we never sign
        return None
    decoded: dict[str, Any] = json.loads(data)
    return decoded


def item(data: CustomData, *, pixels: Iterable[str]) -> str:
    """A token for one article: ``capi.track("AddToCart", {item: token, quantity: 2})``; name and quantity come later.

    It is ``base64url(json).signature``; the JSON is ``{"pixel": "a b", "data": {...}}``. Raises :class:`InvalidEvent`.
    """
    aliases = list(pixels)
    data = minimisation.scanned(_single(data))[0]
    data = minimisation.without_words(data) if any(map(_has_core_setup, aliases)) else data
    text = _bounded(encode({"pixel": " ".join(aliases), "data": data.as_payload()}))
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


def capped(data: CustomData) -> CustomData:
    """A long list is cut before it is signed, so that both copies are cut alike."""
    if len(data.contents) <= MAX_CONTENTS and len(data.content_ids) <= MAX_CONTENTS:
        return data
    return replace(data, contents=data.contents[:MAX_CONTENTS], content_ids=data.content_ids[:MAX_CONTENTS])
