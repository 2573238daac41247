"""From values to what JSON can hold, and to JSON text."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TypeVar
from uuid import UUID

from ..exceptions import InvalidEvent
from .fields import MAX_TEXT, number, text

try:
    import orjson
except ImportError:  # the extra is not installed
    orjson = None  # type: ignore[assignment]

MAX_DIGITS = 15  # of these a float keeps each
MAX_DEPTH = 5
MAX_MEMBERS = 1000

Value = TypeVar("Value")

quoted = encode_basestring  # the part of the encoder that writes one text
_standard = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def encode(payload: object) -> str:
    """Compact JSON text of JSON-safe data, ready to be joined into a batch."""
    return orjson.dumps(payload).decode() if orjson else _standard(payload)


def written(held: Mapping[str, Any]) -> str:
    """JSON text of an object that may hold money, and values of the classes that are ``written_as_json``."""
    if orjson:
        return orjson.dumps(held, _json_safe, orjson.OPT_PASSTHROUGH_DATACLASS).decode()
    return f"{{{members(held)}}}"


def _json_safe(value: Any) -> object:
    return number(value) if type(value) is Decimal else value.as_members()


def members(held: Mapping[str, Any]) -> str:
    """JSON text of an object's members, without its braces."""
    return ",".join([f'"{name}":{_WRITERS[type(value)](value)}' for name, value in held.items()])


def _several(values: tuple[Any, ...]) -> str:
    return f"[{','.join([_WRITERS[type(value)](value) for value in values])}]"


def written_as_json(kind: type[Value]) -> type[Value]:
    """Class decorator: a field may hold a value of this class. Its ``as_json()`` writes what ``as_members()`` gives."""
    _WRITERS[kind] = kind.as_json  # type: ignore[attr-defined]
    return kind


def number_text(exact: Decimal) -> str:
    """JSON text of an amount, digit by digit, without zeros that say nothing; what is long is the shortest float's."""
    digits = str(exact)
    if len(digits) > MAX_DIGITS or "E" in digits or not exact:
        return _standard(number(exact))
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


# How each kind of value that a field holds is written; dicts are JSON-safe by then.
_WRITERS: dict[type, Callable[[Any], str]] = {
    str: quoted,
    int: str,
    bool: encode,
    dict: encode,
    tuple: _several,
    Decimal: number_text,
}


def json_safe(field: str, value: object, depth: int = MAX_DEPTH) -> Any:
    """The value with nothing but JSON's own types in it; money becomes a number, dates and ids become text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        return number(_bounded(field, value))
    if isinstance(value, (date, UUID)):
        return value.isoformat() if isinstance(value, date) else str(value)
    if isinstance(value, (Mapping, list, tuple)):
        return _nested(field, value, depth)
    return text(field, value, limit=MAX_TEXT)


def json_object(field: str, value: object) -> dict[str, Any]:
    """A JSON-safe copy of a mapping; ``None`` is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidEvent(field, "must be a mapping")
    safe: dict[str, Any] = json_safe(field, value)
    return safe


def _bounded(field: str, value: int | float | Decimal) -> Decimal:
    exact = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not exact.is_finite() or abs(exact) >= 2**63:
        raise InvalidEvent(field, "must be a finite number below 2**63")
    return exact


def _nested(field: str, value: Mapping[Any, object] | list[object] | tuple[object, ...], depth: int) -> Any:
    if not depth or len(value) > MAX_MEMBERS:
        raise InvalidEvent(field, f"nested deeper than {MAX_DEPTH} levels, or more than {MAX_MEMBERS} members")
    if isinstance(value, Mapping):
        return {_key(field, key): json_safe(field, member, depth - 1) for key, member in value.items()}
    return [json_safe(field, member, depth - 1) for member in value]


def _key(field: str, key: object) -> str:
    if not isinstance(key, str) or not key.isprintable() or not 0 < len(key) <= 100:
        raise InvalidEvent(field, "keys must be printable text of 1 to 100 characters")
    return str.__str__(key)
