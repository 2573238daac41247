"""How a shop's plain values become what Meta takes: each by its rule, and what can't is noted."""

from collections.abc import Callable
from typing import Any, NamedTuple

from .. import normalization
from ..normalization import as_text, is_hash, sha256

MAX_VALUES = 10
MAX_LENGTH = 1000

_HASH_LENGTHS = frozenset({32, 64})
SHORTEST_HASH = min(_HASH_LENGTHS)

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


def is_no_hash(text: str) -> bool:
    return len(text) <= MAX_LENGTH and len(text) not in _HASH_LENGTHS and text == text.strip()


def take_carefully(values: dict[str, object], region: str, held: dict[str, Any]) -> None:
    intake = _Intake(region)
    for name, value in values.items():
        door = DOORS[name]
        if found := intake.take(door, value):
            held[door.key] = found
    if intake.notes:
        held["notes"] = tuple(intake.notes)


def _is_no_text(text: str) -> bool:
    """As it was written, or without the signs around it."""
    return normalization.is_no_text(text) or normalization.is_no_text("".join(filter(str.isalpha, text)))


class Door(NamedTuple):
    """Where a value goes, the rule that makes it fit, and what to note if it can't be made to."""

    key: str
    rule: Callable[..., str]
    reason: str
    hashed: bool = True
    by_country: bool = False
    is_placeholder: Callable[[str], bool] = _is_no_text


class _Intake:
    """One reading of plain values: what is taken is returned, what is not is noted."""

    __slots__ = ("notes", "region")

    def __init__(self, region: str) -> None:
        self.region = region
        self.notes: dict[str, None] = {}

    def take(self, door: Door, value: object) -> tuple[str, ...] | str:
        return self._hashes(door, value) if door.hashed else self._text(door, value)

    def _normal(self, door: Door, text: str) -> str:
        return door.rule(text, self.region) if door.by_country else door.rule(text)

    def _hashes(self, door: Door, value: object) -> tuple[str, ...]:
        digests = (self._digest(door, each) for each in self._members(door, value))
        return tuple(dict.fromkeys(digest for digest in digests if digest))

    def _members(self, door: Door, value: object) -> list[object]:
        kind = type(value)
        if not issubclass(kind, (list, tuple)):
            return [value]
        members: list[object] = list(list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value))  # type: ignore[arg-type]
        if len(members) > MAX_VALUES:
            self._note(door, f"more than {MAX_VALUES} values")
        return members[:MAX_VALUES]

    def _digest(self, door: Door, value: object) -> str:
        text = self._read(door, value)
        if len(text) == 64 and is_hash(text):
            return text.lower()
        normal = self._normal(door, text) if text and not _is_foreign_hash(text, door.key) else ""
        if text and not normal:
            self._note(door, self._why(door, text))
        return sha256(normal) if normal else ""

    def _why(self, door: Door, text: str) -> str:
        if door.is_placeholder(text):
            return "a placeholder"
        return "no country code" if door.key == "ph" and not self.region else door.reason

    def _text(self, door: Door, value: object) -> str:
        text = self._read(door, value)
        normal = self._normal(door, text) if text else ""
        if text and not normal:
            self._note(door, door.reason)
        return normal

    def _read(self, door: Door, value: object) -> str:
        if value is None:
            return ""
        text = as_text(value)
        if text is None or (len(text) > MAX_LENGTH and door.key != "client_user_agent"):
            self._note(door, "not text" if text is None else "too long")
            return ""
        return text.strip()

    def _note(self, door: Door, reason: str) -> None:
        self.notes[f"{door.key}: {reason}"] = None


def _is_foreign_hash(text: str, key: str) -> bool:
    """An MD5, or the hash of nothing: hashing it again would match nobody. As an external id it may be a real id."""
    return (
        len(text) in _HASH_LENGTHS and key != "external_id" and all(char in "0123456789abcdefABCDEF" for char in text)
    )


def region_of(country: object) -> str:
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


DOORS = {
    "email": Door("em", normalization.email, "not an e-mail address", is_placeholder=_is_no_email),
    "phone": Door(
        "ph", normalization.phone, "not a phone number", by_country=True, is_placeholder=normalization.is_no_phone
    ),
    "first_name": Door("fn", normalization.name, "not a name"),
    "last_name": Door("ln", normalization.name, "not a name"),
    "date_of_birth": Door("db", normalization.date_of_birth, "not a date, or ambiguous", by_country=True),
    "gender": Door("ge", normalization.gender, "neither f nor m"),
    "city": Door("ct", normalization.city, "not a city"),
    "state": Door("st", normalization.state, "not a state", by_country=True),
    "postal_code": Door("zp", normalization.postal_code, "not a postal code", by_country=True),
    "country": Door("country", normalization.country, "not a country"),
    "external_id": Door("external_id", normalization.external_id, "not an id", is_placeholder=normalization.is_no_id),
} | {
    key: Door(key, rule, reason, hashed=False)
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

FIELDS = {name: door.key for name, door in DOORS.items()}  # Meta's name for each of ours

# What is asked of every value, without the names: those cost more than the question.
QUICK = {name: (door.key, door.rule, door.hashed, door.by_country) for name, door in DOORS.items()}
