"""One thing that happened, as Meta takes it."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..exceptions import InvalidEvent
from .custom_data import CustomData
from .encoding import json_object, written
from .fields import count, identifier, text, word
from .given import NOTHING, Rule, Sealed, keep, missing
from .names import ActionSource, CustomerSegmentation, StandardEvent
from .sources import app_data, check_source
from .user_data import UserData

MAX_NAME = 100
MAX_EVENT_ID = 100
MAX_URL = 2048

_STANDARD_EVENTS = frozenset(StandardEvent)
_ACTION_SOURCES = frozenset(ActionSource)
_SEGMENTATIONS = frozenset(CustomerSegmentation)
_PURCHASE = StandardEvent.PURCHASE.value
_LIMITED_DATA_USE = "LDU"
_LIMITS = ("data_processing_options", "data_processing_options_country", "data_processing_options_state")
_LDU_COUNTRIES = frozenset({0, 1})
_LDU_STATES = frozenset({0, *range(1000, 1014)})
_ORIGINAL_KEYS = frozenset({"event_name", "event_time", "order_id", "event_id"})
_NOBODY = UserData()
_NOTHING_SAID = CustomData()


@dataclass(frozen=True, kw_only=True)
class Event(Sealed):
    """Raises ``InvalidEvent``, naming the field, for what can't be right at Meta whatever happens next."""

    name: str
    """A standard event's, or one of your own: at most 100 characters."""
    event_time: datetime
    """When it happened, not when it is sent. Aware."""
    action_source: str = ActionSource.WEBSITE.value
    """[Where it happened](#where-it-happens)."""
    event_id: str = ""
    """The same on both sides, at most 100 characters without spaces. Where it is empty one is made."""
    event_source_url: str = ""
    """The page. Beyond 2,048 characters it loses its query."""
    referrer_url: str = ""
    """The page before that, in the same way."""
    user_data: UserData = _NOBODY
    """Who did it."""
    custom_data: CustomData = _NOTHING_SAID
    """What it was about, and what it was worth."""
    opt_out: bool | None = None
    """True: Meta attributes it, and does not learn from it whom to show ads. No substitute for consent."""
    data_processing_options: Sequence[str] | None = None
    """None says nothing, `[]` "not limited", `["LDU"]` limits: [Limited Data Use](consent.md#limited-data-use)."""
    data_processing_options_country: int | None = None
    """1 for the United States, 0 to let Meta locate the person, as if left out."""
    data_processing_options_state: int | None = None
    """1000 to 1013 by Meta's list, 0 to let Meta locate the person, as if left out."""
    customer_segmentation: str = ""
    """How well the business knew the customer before: a word of `CustomerSegmentation`."""
    original_event_data: Mapping[str, Any] = NOTHING
    """The event that this one completes: its `event_name`, `event_time`, `order_id`, `event_id`."""
    attribution_data: Mapping[str, Any] = NOTHING
    """As Meta has it."""
    app_data: Mapping[str, Any] = NOTHING
    """`advertiser_tracking_enabled`, `application_tracking_enabled` and 16 texts of `extinfo`. Of `app` alone."""
    messaging_channel: str = ""
    """`whatsapp`, `messenger` or `instagram`. Of `business_messaging` alone."""
    advanced_measurement_table: str = ""
    """As Meta has it."""

    if not TYPE_CHECKING:

        def __init__(self, **given: Any) -> None:
            held = keep(self, given, _RULES)
            if "name" not in held or "event_time" not in held:
                raise missing(self, "event_time" if "name" in held else "name")
            if "event_id" not in held:
                held["event_id"] = uuid.uuid4().hex
            if not held.keys().isdisjoint(_LIMITS):
                _settle_limits(self, held)
            self._check_combinations()

    def _check_combinations(self) -> None:
        check_source(self)
        if self.name == _PURCHASE and self.custom_data.value is None:
            raise InvalidEvent("value", "is missing on a Purchase")  # its currency never is: CustomData saw to that

    def as_payload(self) -> dict[str, Any]:
        """The dict that Meta takes: JSON-safe, ``event_time`` in whole seconds since 1970, without what is empty."""
        payload: dict[str, Any] = json.loads(self.as_json())
        return payload

    def as_json(self) -> str:
        """Compact JSON text of it, ready to be joined into a batch."""
        rest = dict(self.__dict__)
        head = {"event_name": rest.pop("name"), "event_time": int(rest.pop("event_time").timestamp())}
        if self.user_data.notes and not self.user_data.keys:
            del rest["user_data"]
        return written({**head, "action_source": self.action_source, **rest})


def _settle_limits(event: Event, held: dict[str, Any]) -> None:
    options = event.data_processing_options
    country, state = event.data_processing_options_country, event.data_processing_options_state
    if not isinstance(options, (list, tuple)) or list(options) not in ([], [_LIMITED_DATA_USE]):
        raise InvalidEvent("data_processing_options", 'must be [] or ["LDU"]')
    _check_location(bool(options), country, state)
    held["data_processing_options"] = tuple(options)
    if options:
        held |= {"data_processing_options_country": country or 0, "data_processing_options_state": state or 0}


def _check_location(limited: bool, country: object, state: object) -> None:
    if country is not None and not (type(country) is int and country in _LDU_COUNTRIES):
        raise InvalidEvent("data_processing_options_country", "must be 0 (Meta locates) or 1 (United States)")
    if state is not None and not (type(state) is int and state in _LDU_STATES):
        raise InvalidEvent("data_processing_options_state", "must be 0 (Meta locates) or 1000 to 1013")
    if state and country != 1:
        raise InvalidEvent("data_processing_options_country", "must be 1 where a state is given")
    if not limited and (country or state):
        raise InvalidEvent("data_processing_options", 'must be ["LDU"] where a country or state is given')


def _name(_: str, given: object) -> str:
    if type(given) is str and given in _STANDARD_EVENTS:
        return given
    if not isinstance(given, str):
        raise InvalidEvent("event_name", "must be text")
    name = str.__str__(given)
    if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidEvent("event_name", f"must be 1 to {MAX_NAME} printable characters without spaces around them")
    return name


def _event_id(name: str, given: object) -> str:
    if given == "" or (type(given) is str and given.isalnum() and len(given) <= MAX_EVENT_ID):
        return given
    event_id = identifier(name, given, limit=MAX_EVENT_ID)
    if not event_id or " " in event_id:
        raise InvalidEvent(name, f"must be 1 to {MAX_EVENT_ID} printable characters without spaces")
    return event_id


def _time(name: str, given: object) -> datetime:
    if not isinstance(given, datetime):
        raise InvalidEvent("event_time", "must be a datetime")
    if given.utcoffset() is None:
        raise InvalidEvent("event_time", "must be aware: give it a time zone")
    return given


def _action_source(name: str, given: object) -> str:
    if not (found := word(name, given, _ACTION_SOURCES)):
        raise InvalidEvent(name, "is missing")
    return found


def _user_data(name: str, given: object) -> UserData | None:
    if not isinstance(given, UserData):
        raise InvalidEvent(name, "must be UserData: build it with UserData.of()")
    return given if given.__dict__ else None


def _custom_data(name: str, given: object) -> CustomData | None:
    if not isinstance(given, CustomData):
        raise InvalidEvent(name, "must be CustomData")
    return given if given.__dict__ else None


def _address(name: str, given: object) -> str:
    if type(given) is str and len(given) <= MAX_URL and given.isascii() and given.isprintable() and " " not in given:
        return given
    address = text(name, given, limit=MAX_URL * 32)
    if not address.isprintable():
        raise InvalidEvent(name, "has unprintable characters")
    return address if len(address) <= MAX_URL else address.partition("?")[0].partition("#")[0][:MAX_URL]


def _opt_out(name: str, given: object) -> bool | None:
    if given is None or isinstance(given, bool):
        return given
    raise InvalidEvent(name, "must be True, False or None")


def _limit(name: str, given: object) -> object:
    if given == "":  # an empty cell is no word for "not limited"
        raise InvalidEvent(name, "must be None where nothing is said")
    return given


def _segmentation(name: str, given: object) -> str:
    return word(name, given, _SEGMENTATIONS)


def _object(name: str, given: object) -> dict[str, Any] | None:
    return json_object(name, given) or None


def _original(name: str, given: object) -> dict[str, Any] | None:
    """The event that this one completes; its time may be an aware datetime or whole seconds."""
    if given is None:
        return None
    if not isinstance(given, Mapping) or given.keys() - _ORIGINAL_KEYS:
        raise InvalidEvent(name, "takes event_name, event_time, order_id and event_id")
    original = dict(given)
    if isinstance(moment := original.get("event_time"), datetime):
        original["event_time"] = int(_time(name, moment).timestamp())
    elif moment is not None:
        count(name, moment, least=1)
    return json_object(name, original) or None


_RULES: dict[str, Rule] = {
    "name": _name,
    "event_time": _time,
    "action_source": _action_source,
    "event_id": _event_id,
    "event_source_url": _address,
    "referrer_url": _address,
    "user_data": _user_data,
    "custom_data": _custom_data,
    "opt_out": _opt_out,
    **dict.fromkeys(_LIMITS, _limit),  # they are right or wrong together
    "customer_segmentation": _segmentation,
    "original_event_data": _original,
    "attribution_data": _object,
    "app_data": app_data,
    "messaging_channel": identifier,
    "advanced_measurement_table": identifier,
}
