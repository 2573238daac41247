"""One text for one meaning, and its signature."""

import json
from typing import Any

from ..exceptions import InvalidEvent
from ..keyed_hashes import is_signed, keyed_hash

MAX_BYTES = 24_000  # inside a beacon of 32 kB the text is quoted once more


def encode(data: object) -> str:
    """One text for one meaning."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sign(pixel: str, name: str, data: str) -> str:
    """32 hex characters over pixel alias, event name and the encoded data."""
    return keyed_hash(_signed(pixel, name, data), purpose="island")


def verify(pixel: str, name: str, data: str, signature: str) -> dict[str, Any] | None:
    """The data if we signed it, under this ``SECRET_KEY`` or one of its fallbacks, else None."""
    try:
        if not is_signed(_signed(pixel, name, data), signature, purpose="island"):
            return None
    except UnicodeEncodeError:  # half a surrogate pair, which we never sign
        return None
    decoded: dict[str, Any] = json.loads(data)
    return decoded


def _signed(pixel: str, name: str, data: str) -> str:
    return f"{pixel}\n{name}\n{data}"


def bounded(text: str) -> str:
    """Raise :class:`InvalidEvent` for what no beacon could carry."""
    if len(text.encode()) > MAX_BYTES:
        raise InvalidEvent("custom_data", f"more than {MAX_BYTES} bytes")
    return text
