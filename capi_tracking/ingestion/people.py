"""The customer of an item: plain or hashed, under our names or Meta's, and hashed at this door."""

from collections.abc import Mapping
from typing import Any

from ..events import UserData
from ..events.intake import FIELDS
from ..exceptions import InvalidEvent
from ..keyed_hashes import identity_keys
from ..logs import Plain
from ..models import PersonKey
from .refusals import known

NAMES = {name: name for name in FIELDS} | {meta: name for name, meta in FIELDS.items()}
KEYED = {"em": PersonKey.EMAIL, "ph": PersonKey.PHONE, "external_id": PersonKey.EXTERNAL}

PersonKeys = list[tuple[str, str]]


def user_data(given: object) -> UserData:
    """Raises ``InvalidEvent`` for a key or a type that can't be meant, and for what fits too many people."""
    plain = Plain()
    for name, value in known("user_data", given, NAMES).items():
        if value is not None:
            plain[_name(name, plain)] = _value(name, value)
    found = UserData.of(**plain)
    if found.too_broad:
        raise InvalidEvent("user_data", _too_broad(found))
    return found


def keys_of(found: UserData) -> PersonKeys:
    """By which a withdrawal of this person is found."""
    held: Mapping[str, Any] = found.__dict__
    keys = [
        (kind.value, key) for meta, kind in KEYED.items() for each in held.get(meta, ()) for key in _keys(meta, each)
    ]
    return keys + [(PersonKey.VISITOR.value, key) for key in _keys("fbp", held.get("fbp", ""))]


def _keys(kind: str, value: str) -> list[str]:
    return identity_keys(kind, value)


def _name(name: str, plain: Plain) -> str:
    ours = NAMES[name]
    if ours in plain:
        raise InvalidEvent(f"user_data.{name}", f"is given twice, as {ours} and as {FIELDS[ours]}")
    return ours


def _value(name: str, value: object) -> object:
    if type(value) in _SINGLE or (isinstance(value, list) and all(type(each) in _SINGLE for each in value)):
        return value
    raise InvalidEvent(f"user_data.{name}", "must be text, a whole number, or a list of these")


_SINGLE = frozenset({str, int})


def _too_broad(found: UserData) -> str:
    left_out = f" ({'; '.join(found.notes)})" if found.notes else ""
    return f"fits too many people or nobody: give an e-mail address, a phone number or another id{left_out}"
