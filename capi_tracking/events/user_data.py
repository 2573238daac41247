"""Who did it. Customer data is hashed here; behind this door there is no plain text of it."""

import hashlib
import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from ..exceptions import InvalidEvent
from ..normalization import is_hash
from .encoding import quoted, written_as_json
from .given import Rule, Sealed, keep
from .intake import QUICK, SHORTEST_HASH, is_no_hash, region_of, take_carefully

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
        held, region = user_data.__dict__, region_of(plain.get("country"))
        left: dict[str, object] = {}
        for name, value in plain.items():
            quick = QUICK.get(name)
            if quick is None:
                plain, left, value = {}, {}, None  # a page of the error shows what its frames hold
                raise _unexpected(name)
            key, rule, hashed, by_country = quick
            # Most values are plain ASCII text that its rule takes at once; all others go the careful way.
            if type(value) is str and value.isascii() and (len(value) < SHORTEST_HASH or is_no_hash(value)):
                normal = rule(value, region) if by_country else rule(value)
                if normal:
                    held[key] = (_sha256(normal.encode()).hexdigest(),) if hashed else normal
                    continue
            left[name] = value
        if left:
            take_carefully(left, region, held)
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


def _unexpected(name: str) -> TypeError:
    return TypeError(f"UserData.of() got an unexpected keyword argument {name!r}")


_KEYS = tuple(each.name for each in fields(UserData) if each.name != "notes")
_NUMBERS = frozenset({"fb_login_id", "lead_id"})
_WRITTEN_OTHERWISE = _NUMBERS | {"notes"}
_BETWEEN = '","'

# Meta's "combinations that are too broad" (best practices); any subset of one is too broad as well.
TOO_BROAD = (
    frozenset({"ct", "country", "st", "zp", "ge", "client_user_agent"}),
    frozenset({"db", "client_user_agent"}),
    frozenset({"fn", "ge"}),
    frozenset({"ln", "ge"}),
)


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
