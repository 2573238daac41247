"""From any value to text, and from text to the hash that Meta compares."""

import hashlib
import re

_HASH = re.compile(r"[0-9a-fA-F]{64}").fullmatch
_HASH_OF_NOTHING = hashlib.sha256(b"").hexdigest()


def sha256(text: str) -> str:
    """Lower-case hex of the UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_hash(text: str) -> bool:
    """Whether the text is a SHA-256 in hex already, in either case. The hash of nothing says nothing, so it is none."""
    return _HASH(text) is not None and text.lower() != _HASH_OF_NOTHING


def as_text(value: object) -> str | None:
    """The text of a value that has one: strings, whole numbers, and objects that write themselves (UUIDs, dates, lazy
    translations, phone numbers). None for all others: bytes, floats, booleans, collections, text that UTF-8 can't hold.
    """
    try:
        text = _written(value)
        return text if text is None or text.isascii() else text.encode().decode()
    except Exception:  # noqa: BLE001 - a foreign __str__ may raise anything, and no value may cost the shop its order
        return None


def _written(value: object) -> str | None:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]
    if issubclass(kind, str):
        return str.__str__(value)  # an enum's own str() may be its name
    if issubclass(kind, int) and kind is not bool:
        return int.__repr__(value)
    if issubclass(kind, (bytes, bytearray, memoryview, BaseException)) or kind.__str__ is object.__str__:
        return None
    return str.__str__(str(value))
