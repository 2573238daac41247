"""One thing that happened, as Meta takes it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from ..exceptions import InvalidEvent
from .custom_data import CustomData
from .encoding import encode, json_object
from .fields import count, identifier, text, word
from .names import ActionSource, CustomerSegmentation, StandardEvent
from .user_data import UserData

MAX_NAME = 100
MAX_EVENT_ID = 100
MAX_URL = 2048

_STANDARD_EVENTS = frozenset(StandardEvent)
_ACTION_SOURCES = frozenset(ActionSource)
_SEGMENTATIONS = frozenset(CustomerSegmentation)
_LIMITED_DATA_USE = "LDU"
_LDU_COUNTRIES = frozenset({0, 1})
_LDU_STATES = frozenset({0, *range(1000, 1014)})
_ORIGINAL_KEYS = frozenset({"event_name", "event_time", "order_id", "event_id"})
_NOBODY = UserData()
_NOTHING = CustomData()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Raises ``InvalidEvent``, naming the field, for what can't be right at Meta whatever happens next.

    ``event_time`` is aware: when it happened, not when it is sent. Without ``event_id`` one is made.
    ``data_processing_options``: None says nothing, ``[]`` says "not limited", ``["LDU"]`` limits; without country and
    state Meta locates the person itself. Addresses beyond 2,048 characters lose their query.
    """

    name: str
    event_time: datetime
    action_source: str = ActionSource.WEBSITE
    event_id: str = ""
    event_source_url: str = ""
    referrer_url: str = ""
    user_data: UserData = _NOBODY
    custom_data: CustomData = _NOTHING
    opt_out: bool | None = None
    data_processing_options: Sequence[str] | None = None
    data_processing_options_country: int | None = None
    data_processing_options_state: int | None = None
    customer_segmentation: str = ""
    original_event_data: Mapping[str, Any] = field(default_factory=dict)
    attribution_data: Mapping[str, Any] = field(default_factory=dict)
    app_data: Mapping[str, Any] = field(default_factory=dict)
    messaging_channel: str = ""
    advanced_measurement_table: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", _name(self.name))
        put(self, "event_id", _event_id(self.event_id))
        _check_time(self.event_time)
        _check_parts(self.user_data, self.custom_data)
        put(self, "action_source", word("action_source", self.action_source, _ACTION_SOURCES))
        self._settle_addresses()
        if _rarities_of(self) != _NO_RARITIES:
            self._settle_rarities()
            self._check_limited_data_use()
        self._check_combinations()

    def _settle_addresses(self) -> None:
        if self.event_source_url:
            object.__setattr__(self, "event_source_url", _address("event_source_url", self.event_source_url))
        if self.referrer_url:
            object.__setattr__(self, "referrer_url", _address("referrer_url", self.referrer_url))

    def _settle_rarities(self) -> None:
        put = object.__setattr__
        if self.customer_segmentation:
            put(
                self, "customer_segmentation", word("customer_segmentation", self.customer_segmentation, _SEGMENTATIONS)
            )
        for name in ("messaging_channel", "advanced_measurement_table"):
            if given := getattr(self, name):
                put(self, name, identifier(name, given))
        for name in ("attribution_data", "app_data"):
            if given := getattr(self, name):
                put(self, name, json_object(name, given))
        if self.original_event_data:
            put(self, "original_event_data", _original(self.original_event_data))

    def _check_limited_data_use(self) -> None:
        options = self.data_processing_options
        country, state = self.data_processing_options_country, self.data_processing_options_state
        if options is None and country is None and state is None:
            return
        if not isinstance(options, (list, tuple)) or list(options) not in ([], [_LIMITED_DATA_USE]):
            raise InvalidEvent("data_processing_options", 'must be [] or ["LDU"]')
        _check_location(bool(options), country, state)
        object.__setattr__(self, "data_processing_options", tuple(options))
        if options:
            object.__setattr__(self, "data_processing_options_country", country or 0)
            object.__setattr__(self, "data_processing_options_state", state or 0)

    def _check_combinations(self) -> None:
        if not self.action_source:
            raise InvalidEvent("action_source", "is missing")
        if self.opt_out is not None and not isinstance(self.opt_out, bool):
            raise InvalidEvent("opt_out", "must be True, False or None")
        if self.action_source == ActionSource.BUSINESS_MESSAGING and not self.messaging_channel:
            raise InvalidEvent("messaging_channel", "is missing on a business_messaging event")
        if self.name == StandardEvent.PURCHASE and self.custom_data.value is None:
            raise InvalidEvent("value", "is missing on a Purchase")  # its currency never is: CustomData saw to that

    def as_payload(self) -> dict[str, Any]:
        """The dict that Meta takes: JSON-safe, ``event_time`` in whole seconds since 1970, without what is empty."""
        payload: dict[str, Any] = {
            "event_name": self.name,
            "event_time": int(self.event_time.timestamp()),
            "event_id": self.event_id,
            "action_source": self.action_source,
        }
        if self.event_source_url:
            payload["event_source_url"] = self.event_source_url
        if self.referrer_url:
            payload["referrer_url"] = self.referrer_url
        if (rarities := _rarities_of(self)) != _NO_RARITIES:
            payload |= _rarities(rarities)
        if user_data := self.user_data.as_payload():
            payload["user_data"] = user_data
        if custom_data := self.custom_data.as_payload():
            payload["custom_data"] = custom_data
        return payload

    def as_json(self) -> str:
        """Compact JSON text of ``as_payload()``, ready to be joined into a batch."""
        return encode(self.as_payload())


_RARITIES: dict[str, object] = {  # and what they are where nobody gave them
    "opt_out": None,
    "data_processing_options": None,
    "data_processing_options_country": None,
    "data_processing_options_state": None,
    "customer_segmentation": "",
    "original_event_data": {},
    "attribution_data": {},
    "app_data": {},
    "messaging_channel": "",
    "advanced_measurement_table": "",
}
_NO_RARITIES = tuple(_RARITIES.values())
_rarities_of = attrgetter(*_RARITIES)


def _rarities(values: tuple[Any, ...]) -> dict[str, Any]:
    given = zip(_RARITIES.items(), values, strict=True)
    return {key: [*value] if type(value) is tuple else value for (key, none), value in given if value != none}


def _name(given: object) -> str:
    if type(given) is str and given in _STANDARD_EVENTS:
        return given
    if not isinstance(given, str):
        raise InvalidEvent("event_name", "must be text")
    name = str.__str__(given)
    if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidEvent("event_name", f"must be 1 to {MAX_NAME} printable characters without spaces around them")
    return name


def _event_id(given: object) -> str:
    if given == "":
        return uuid.uuid4().hex
    event_id = identifier("event_id", given, limit=MAX_EVENT_ID)
    if not event_id or " " in event_id:
        raise InvalidEvent("event_id", f"must be 1 to {MAX_EVENT_ID} printable characters without spaces")
    return event_id


def _check_time(given: object) -> None:
    if not isinstance(given, datetime):
        raise InvalidEvent("event_time", "must be a datetime")
    if given.utcoffset() is None:
        raise InvalidEvent("event_time", "must be aware: give it a time zone")


def _check_parts(user_data: object, custom_data: object) -> None:
    if not isinstance(user_data, UserData):
        raise InvalidEvent("user_data", "must be UserData: build it with UserData.of()")
    if not isinstance(custom_data, CustomData):
        raise InvalidEvent("custom_data", "must be CustomData")


def _address(name: str, given: object) -> str:
    address = text(name, given, limit=MAX_URL * 32)
    if not address.isprintable():
        raise InvalidEvent(name, "has unprintable characters")
    return address if len(address) <= MAX_URL else address.partition("?")[0].partition("#")[0][:MAX_URL]


def _original(given: object) -> dict[str, Any]:
    """The event that this one completes; its time may be an aware datetime or whole seconds."""
    if not isinstance(given, Mapping) or given.keys() - _ORIGINAL_KEYS:
        raise InvalidEvent("original_event_data", "takes event_name, event_time, order_id and event_id")
    original = dict(given)
    if isinstance(moment := original.get("event_time"), datetime):
        _check_time(moment)
        original["event_time"] = int(moment.timestamp())
    elif moment is not None:
        count("original_event_data", moment, least=1)
    return json_object("original_event_data", original)


def _check_location(limited: bool, country: object, state: object) -> None:
    if country is not None and not (type(country) is int and country in _LDU_COUNTRIES):
        raise InvalidEvent("data_processing_options_country", "must be 0 (Meta locates) or 1 (United States)")
    if state is not None and not (type(state) is int and state in _LDU_STATES):
        raise InvalidEvent("data_processing_options_state", "must be 0 (Meta locates) or 1000 to 1013")
    if state and country != 1:
        raise InvalidEvent("data_processing_options_country", "must be 1 where a state is given")
    if not limited and (country or state):
        raise InvalidEvent("data_processing_options", 'must be ["LDU"] where a country or state is given')
