"""Who did it. Customer data is hashed here; behind this door there is no plain text of it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from .. import normalization
from ..exceptions import InvalidEvent
from ..normalization import as_text, is_hash, sha256
from .encoding import quoted, written_as_json
from .given import Rule, Sealed, keep

MAX_VALUES = 10
MAX_LENGTH = 1000

_HASH_LENGTHS = frozenset({32, 64})
_SHORTEST_HASH = min(_HASH_LENGTHS)
_sha256 = hashlib.sha256

HASHED = ("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country", "external_id")


class PlainUserData(TypedDict, total=False):
    """What ``UserData.of()`` takes: any value at all. The first eleven may be lists, and may be hashed already."""

    email: object
    """E-mail address."""
    phone: object
    """Phone number. Without a country code it gets that of `country`, or of `DEFAULT_COUNTRY`."""
    first_name: object
    """First name."""
    last_name: object
    """Last name."""
    date_of_birth: object
    """A date, or text that is not ambiguous: `DATE_ORDER`."""
    gender: object
    """`f` or `m`, or a word for it."""
    city: object
    """City."""
    state: object
    """State or province."""
    postal_code: object
    """Postal code."""
    country: object
    """Two letters, or the country's name."""
    external_id: object
    """The shop's own id of the customer."""
    client_ip_address: object
    """The visitor's public address."""
    client_user_agent: object
    """The visitor's browser. Meta wants it with `website`."""
    fbc: object
    """The click on an ad: the cookie `_fbc`."""
    fbp: object
    """The browser: the cookie `_fbp`."""
    subscription_id: object
    """The subscription."""
    fb_login_id: object
    """From Facebook Login: a number."""
    lead_id: object
    """From Meta's lead ads: a number of 15 or 16 digits."""
    madid: object
    """The device's advertising id. Of `app`."""
    anon_id: object
    """The app's installation. Of `app`."""
    page_id: object
    """The business's page. Of `business_messaging`."""
    page_scoped_user_id: object
    """The person, as that page knows them. Of `business_messaging`."""
    ctwa_clid: object
    """The click on an ad that led to WhatsApp. Of `business_messaging`."""
    ig_account_id: object
    """The business's account. Of `business_messaging`."""
    ig_sid: object
    """The person, as that account knows them. Of `business_messaging`."""


@written_as_json
@dataclass(frozen=True, kw_only=True, repr=False)
class UserData(Sealed):
    """Only hashes, and what Meta wants unhashed; build it with ``of()``.

    ``notes`` says what was left out and why (``"ph: no country code"``), never the value itself.
    """

    em: tuple[str, ...] = ()
    ph: tuple[str, ...] = ()
    fn: tuple[str, ...] = ()
    ln: tuple[str, ...] = ()
    db: tuple[str, ...] = ()
    ge: tuple[str, ...] = ()
    ct: tuple[str, ...] = ()
    st: tuple[str, ...] = ()
    zp: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    external_id: tuple[str, ...] = ()
    client_ip_address: str = ""
    client_user_agent: str = ""
    fbc: str = ""
    fbp: str = ""
    subscription_id: str = ""
    fb_login_id: str = ""
    lead_id: str = ""
    madid: str = ""
    anon_id: str = ""
    page_id: str = ""
    page_scoped_user_id: str = ""
    ctwa_clid: str = ""
    ig_account_id: str = ""
    ig_sid: str = ""
    notes: tuple[str, ...] = ()

    if not TYPE_CHECKING:

        def __init__(self, **given: Any) -> None:
            keep(self, given, _RULES)

    @classmethod
    def of(cls, **plain: Unpack[PlainUserData]) -> "UserData":
        """Hash plain customer data: single values or lists of them, of whatever type.

        What can't be normalised is left out and noted, never raised. ``country`` gives phones without a country code
        theirs; without one the shop's own country does (``normalization.set_default_country``).
        """
        user_data = cls.__new__(cls)  # nothing was given that a rule could refuse
        held, region = user_data.__dict__, _region(plain.get("country"))
        left: dict[str, object] = {}
        for name, value in plain.items():
            quick = _QUICK.get(name)
            if quick is None:
                plain, left, value = {}, {}, None  # a page of the error shows what its frames hold
                raise _unexpected(name)
            key, rule, hashed, by_country = quick
            # Most values are plain ASCII text that its rule takes at once; all others go the careful way.
            if type(value) is str and value.isascii() and (len(value) < _SHORTEST_HASH or _is_no_hash(value)):
                normal = rule(value, region) if by_country else rule(value)
                if normal:
                    held[key] = (_sha256(normal.encode()).hexdigest(),) if hashed else normal
                    continue
            left[name] = value
        if left:
            _take_carefully(left, region, held)
        return user_data

    @property
    def keys(self) -> tuple[str, ...]:
        """Meta's names of what is known."""
        held = self.__dict__
        return tuple([key for key in _KEYS if key in held])

    @property
    def too_broad(self) -> bool:
        """Whether Meta would refuse the event, and its whole batch, because this fits too many people, or nobody."""
        known = set(self.keys)
        return any(known <= broad for broad in TOO_BROAD)

    def as_payload(self) -> dict[str, Any]:
        """The dict that Meta takes: lists of hashes, plain texts, whole numbers for Facebook's own ids."""
        payload: dict[str, Any] = json.loads(self.as_json())
        return payload

    def as_members(self) -> dict[str, Any]:
        """What is written of it, in values that JSON knows."""
        held = self.__dict__
        if held.keys().isdisjoint(_WRITTEN_OTHERWISE):
            return held
        return {key: int(value) if key in _NUMBERS else value for key, value in held.items() if key != "notes"}

    def as_json(self) -> str:
        """Compact JSON text of it."""
        parts = [
            f'"{key}":["{_BETWEEN.join(value)}"]'
            if type(value) is tuple
            else f'"{key}":{int(value) if key in _NUMBERS else quoted(value)}'
            for key, value in self.__dict__.items()
            if key != "notes"
        ]
        return f"{{{','.join(parts)}}}"

    def __repr__(self) -> str:
        return f"UserData({', '.join(self.keys)})"


_KEYS = tuple(each.name for each in fields(UserData) if each.name != "notes")
_NUMBERS = frozenset({"fb_login_id", "lead_id"})
_WRITTEN_OTHERWISE = _NUMBERS | {"notes"}
_BETWEEN = '","'

_IDS = (
    "subscription_id",
    "madid",
    "anon_id",
    "page_id",
    "page_scoped_user_id",
    "ctwa_clid",
    "ig_account_id",
    "ig_sid",
)

# Meta's "combinations that are too broad" (best practices); any subset of one is too broad as well.
TOO_BROAD = (
    frozenset({"ct", "country", "st", "zp", "ge", "client_user_agent"}),
    frozenset({"db", "client_user_agent"}),
    frozenset({"fn", "ge"}),
    frozenset({"ln", "ge"}),
)


def _is_no_hash(text: str) -> bool:
    return len(text) <= MAX_LENGTH and len(text) not in _HASH_LENGTHS and text == text.strip()


def _take_carefully(values: dict[str, object], region: str, held: dict[str, Any]) -> None:
    intake = _Intake(region)
    for name, value in values.items():
        door = _DOORS[name]
        if found := intake.take(door, value):
            held[door.key] = found
    if intake.notes:
        held["notes"] = tuple(intake.notes)


def _unexpected(name: str) -> TypeError:
    return TypeError(f"UserData.of() got an unexpected keyword argument {name!r}")


class _Door(NamedTuple):
    """Where a value goes, the rule that makes it fit, and what to note if it can't be made to."""

    key: str
    rule: Callable[..., str]
    reason: str
    hashed: bool = True
    by_country: bool = False
    is_placeholder: Callable[[str], bool] = normalization.is_no_text


class _Intake:
    """One reading of plain values: what is taken is returned, what is not is noted."""

    __slots__ = ("notes", "region")

    def __init__(self, region: str) -> None:
        self.region = region
        self.notes: dict[str, None] = {}

    def take(self, door: _Door, value: object) -> tuple[str, ...] | str:
        return self._hashes(door, value) if door.hashed else self._text(door, value)

    def _normal(self, door: _Door, text: str) -> str:
        return door.rule(text, self.region) if door.by_country else door.rule(text)

    def _hashes(self, door: _Door, value: object) -> tuple[str, ...]:
        digests = (self._digest(door, each) for each in self._members(door, value))
        return tuple(dict.fromkeys(digest for digest in digests if digest))

    def _members(self, door: _Door, value: object) -> list[object]:
        kind = type(value)
        if not issubclass(kind, (list, tuple)):
            return [value]
        members: list[object] = list(list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value))  # type: ignore[arg-type]
        if len(members) > MAX_VALUES:
            self._note(door, f"more than {MAX_VALUES} values")
        return members[:MAX_VALUES]

    def _digest(self, door: _Door, value: object) -> str:
        text = self._read(door, value)
        if len(text) == 64 and is_hash(text):
            return text.lower()
        normal = self._normal(door, text) if text and not _is_foreign_hash(text, door.key) else ""
        if text and not normal:
            self._note(door, self._why(door, text))
        return sha256(normal) if normal else ""

    def _why(self, door: _Door, text: str) -> str:
        if door.is_placeholder(text):
            return "a placeholder"
        return "no country code" if door.key == "ph" and not self.region else door.reason

    def _text(self, door: _Door, value: object) -> str:
        text = self._read(door, value)
        normal = self._normal(door, text) if text else ""
        if text and not normal:
            self._note(door, door.reason)
        return normal

    def _read(self, door: _Door, value: object) -> str:
        if value is None:
            return ""
        text = as_text(value)
        if text is None or (len(text) > MAX_LENGTH and door.key != "client_user_agent"):
            self._note(door, "not text" if text is None else "too long")
            return ""
        return text.strip()

    def _note(self, door: _Door, reason: str) -> None:
        self.notes[f"{door.key}: {reason}"] = None


def _is_foreign_hash(text: str, key: str) -> bool:
    """An MD5, or the hash of nothing: hashing it again would match nobody. As an external id it may be a real id."""
    return (
        len(text) in _HASH_LENGTHS and key != "external_id" and all(char in "0123456789abcdefABCDEF" for char in text)
    )


def _region(country: object) -> str:
    """The country that phones, states and postal codes are read by. One that we can't read is not the shop's own."""
    if type(country) is str and country and country.isascii():
        return normalization.country(country[:MAX_LENGTH])
    first = next(iter(country), None) if type(country) in {list, tuple} else country  # type: ignore[call-overload]
    text = "" if first is None else as_text(first)
    return normalization.default_country() if text == "" else normalization.country((text or "")[:MAX_LENGTH])


def _token(text: str) -> str:
    stripped = text.strip()
    return stripped if len(stripped) <= 500 and stripped.isprintable() and " " not in stripped else ""


def _number(text: str, least: int = 1, most: int = 18) -> str:
    stripped = text.strip()
    return stripped if stripped.isdecimal() and stripped.isascii() and least <= len(stripped) <= most else ""


def _is_no_email(text: str) -> bool:
    return normalization.is_no_text(text) or normalization.is_no_email(text.lower())


def _lead_id(text: str) -> str:
    return _number(text, 15, 16)


_DOORS = {
    "email": _Door("em", normalization.email, "not an e-mail address", is_placeholder=_is_no_email),
    "phone": _Door(
        "ph", normalization.phone, "not a phone number", by_country=True, is_placeholder=normalization.is_no_phone
    ),
    "first_name": _Door("fn", normalization.name, "not a name"),
    "last_name": _Door("ln", normalization.name, "not a name"),
    "date_of_birth": _Door("db", normalization.date_of_birth, "not a date, or ambiguous", by_country=True),
    "gender": _Door("ge", normalization.gender, "neither f nor m"),
    "city": _Door("ct", normalization.city, "not a city"),
    "state": _Door("st", normalization.state, "not a state", by_country=True),
    "postal_code": _Door("zp", normalization.postal_code, "not a postal code", by_country=True),
    "country": _Door("country", normalization.country, "not a country"),
    "external_id": _Door("external_id", normalization.external_id, "not an id", is_placeholder=normalization.is_no_id),
} | {
    key: _Door(key, rule, reason, hashed=False)
    for key, rule, reason in (
        ("client_ip_address", normalization.client_ip, "not a public address"),
        ("client_user_agent", normalization.user_agent, "not text"),
        ("fbc", normalization.fbc, "malformed"),
        ("fbp", normalization.fbp, "malformed"),
        ("fb_login_id", _number, "not a number"),
        ("lead_id", _lead_id, "not a number of 15 or 16 digits"),
        *((key, _token, "not an id") for key in _IDS),
    )
}

FIELDS = {name: door.key for name, door in _DOORS.items()}  # Meta's name for each of ours

# What is asked of every value, without the names: those cost more than the question.
_QUICK = {name: (door.key, door.rule, door.hashed, door.by_country) for name, door in _DOORS.items()}


def _stored(name: str, given: object) -> tuple[str, ...] | None:
    if not (isinstance(given, tuple) and all(map(_is_stored_hash, given))):
        raise InvalidEvent(name, "holds plain text: build it with UserData.of(), which hashes")
    return given or None


def _is_stored_hash(value: object) -> bool:
    return type(value) is str and is_hash(value) and value == value.lower()


def _text(name: str, given: object) -> str:
    if type(given) is not str or not given.isprintable():
        raise InvalidEvent(name, "must be printable text: build it with UserData.of()")
    return given


def _notes(_: str, given: tuple[str, ...]) -> tuple[str, ...] | None:
    return given or None


_RULES: dict[str, Rule] = dict.fromkeys(_KEYS, _text) | dict.fromkeys(HASHED, _stored) | {"notes": _notes}
