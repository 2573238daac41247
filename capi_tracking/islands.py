"""Data islands: what a tag says about an event, signed, so that the relay can believe it without a look-up.

An island holds no event id and nothing of a person, so the page it stands in may be cached; it has no expiry.
"""

import json
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from django.utils.crypto import constant_time_compare

from .conf import keyed_hash
from .conf import pixel as pixel_settings
from .events import CustomData, StandardEvent
from .exceptions import InvalidEvent

MAX_CONTENTS = 100
MAX_BYTES = 24_000  # inside a beacon of 32 kB the text is quoted once more
MAX_NAME = 50

_NAMES = frozenset(StandardEvent)
_STANDARD = {name.lower(): name.value for name in StandardEvent}
_ELSEWHERE = {
    StandardEvent.PURCHASE: "a Purchase belongs to its order: use {% pixel_purchase order %}",
    StandardEvent.PAGE_VIEW: "{% pixel_head %} sends it already, once for each page",
}


def island(name: str, data: CustomData, *, pixel: str = "default") -> dict[str, Any]:
    """The signed island of one event, JSON-safe. Raises :class:`InvalidEvent` and :class:`ImproperlyTracked`."""
    check_name(name)
    if not pixel_settings(pixel).pixel_id:
        raise InvalidEvent("pixel", f"{pixel!r} has no PIXEL_ID")
    text = encode(_capped(data).as_payload())
    if len(text.encode()) > MAX_BYTES:
        raise InvalidEvent("custom_data", f"more than {MAX_BYTES} bytes")
    described = {"pixel": pixel, "name": name, "data": text, "signature": sign(pixel, name, text)}
    return described if name in _NAMES else described | {"custom": True}


def check_name(name: object) -> None:
    """Raise :class:`InvalidEvent` for a name that a page may not use, or that looks misspelled."""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidEvent("event_name", f"must be 1 to {MAX_NAME} printable characters")
    if name in _ELSEWHERE:
        raise InvalidEvent("event_name", _ELSEWHERE[StandardEvent(name)])
    close = get_close_matches(name.lower(), _STANDARD, n=1, cutoff=0.85)
    if close and _STANDARD[close[0]] != name:
        raise InvalidEvent("event_name", f"{name!r} is no standard event. Did you mean {_STANDARD[close[0]]!r}?")


def encode(data: dict[str, Any]) -> str:
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


def _capped(data: CustomData) -> CustomData:
    """A long list is cut before it is signed, so that both copies are cut alike."""
    if len(data.contents) <= MAX_CONTENTS and len(data.content_ids) <= MAX_CONTENTS:
        return data
    return replace(data, contents=data.contents[:MAX_CONTENTS], content_ids=data.content_ids[:MAX_CONTENTS])
