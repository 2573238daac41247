"""What Meta takes: one event that breaks a rule, and the whole batch is refused.

Numbers and lists are those of Meta's documentation; each rule is a function that raises a ``Refusal`` or does nothing.
"""

from collections.abc import Callable, Sequence

from .custom_data import check_custom_data, check_segment
from .refusals import BAD_EXTINFO, BAD_MESSAGING_EVENT, NO_CHANNEL, TOO_OLD, Refusal, parameter, refused
from .shapes import is_integer, is_object, is_one_of, is_text
from .user_data import check_user_data

MAX_EVENTS = 1000
DAY_SECONDS = 86_400
MAX_AGE_DAYS = 7
MAX_AGE_DAYS_IN_STORE = 62
FUTURE_TOLERANCE_SECONDS = 60
ACTION_SOURCES = frozenset(
    {"email", "website", "app", "phone_call", "chat", "physical_store", "system_generated", "business_messaging"}
    | {"other"}
)
MESSAGING_CHANNELS = frozenset({"whatsapp", "messenger", "instagram"})
WHATSAPP_EVENTS = frozenset({"LeadSubmitted", "Purchase", "AddToCart", "InitiateCheckout", "ViewContent"})
US_STATES = frozenset({0, *range(1000, 1014)})
EXTINFO_SLOTS = 16


def check_batch(events: Sequence[object], now: float) -> list[dict[str, object]]:
    """The events as objects; raises the first Refusal, whose reason names the event's place in the batch."""
    if not events:
        raise parameter("data", "holds no event")
    if len(events) > MAX_EVENTS:
        raise parameter("data", f"holds more than {MAX_EVENTS} events")
    return [_checked(index, event, now) for index, event in enumerate(events)]


def _checked(index: int, event: object, now: float) -> dict[str, object]:
    try:
        return check_event(event, now)
    except Refusal as refusal:
        raise refusal.in_event(index) from None


def check_event(event: object, now: float) -> dict[str, object]:
    """The event, if every rule holds at ``now`` (seconds since the epoch)."""
    if not is_object(event):
        raise parameter("data", "an event is not an object")
    _check_time(event, now)
    for rule in _RULES:
        rule(event)
    return event


def _check_time(event: dict[str, object], now: float) -> None:
    at = event.get("event_time")
    if not is_integer(at):
        raise parameter("event_time", "is missing or no integer")
    days = MAX_AGE_DAYS_IN_STORE if event.get("action_source") == "physical_store" else MAX_AGE_DAYS
    if at < now - days * DAY_SECONDS:
        raise refused(TOO_OLD, "time", "event_time", f"is more than {days} days old")
    if at > now + FUTURE_TOLERANCE_SECONDS:
        raise refused(TOO_OLD, "time", "event_time", "lies in the future")


def _check_names(event: dict[str, object]) -> None:
    if not is_text(event.get("event_name")):
        raise parameter("event_name", "is missing or no text")
    if not is_one_of(event.get("action_source"), ACTION_SOURCES):
        raise parameter("action_source", "is missing or none of Meta's")
    for key in ("event_id", "event_source_url", "referrer_url", "advanced_measurement_table"):
        if event.get(key) is not None and not isinstance(event[key], str):
            raise parameter(key, "is not a text")


def _check_opt_out(event: dict[str, object]) -> None:
    if not isinstance(event.get("opt_out", False), bool):
        raise parameter("opt_out", "is not a boolean")
    for key in ("original_event_data", "attribution_data"):
        if event.get(key) is not None and not is_object(event[key]):
            raise parameter(key, "is not an object")


def _check_processing(event: dict[str, object]) -> None:
    options = event.get("data_processing_options")
    if options is not None and options not in ([], ["LDU"]):
        raise parameter("data_processing_options", "is neither [] nor [LDU]")
    _check_region(event, "data_processing_options_country", frozenset({0, 1}))
    _check_region(event, "data_processing_options_state", US_STATES)


def _check_region(event: dict[str, object], key: str, known: frozenset[int]) -> None:
    region = event.get(key)
    if region is not None and not (is_integer(region) and region in known):
        raise parameter(key, "is none of Meta's numbers")


def _check_messaging(event: dict[str, object]) -> None:
    if event["action_source"] != "business_messaging":
        return
    channel = event.get("messaging_channel")
    if not is_one_of(channel, MESSAGING_CHANNELS):
        raise refused(NO_CHANNEL, "parameter", "messaging_channel", "is missing or unknown")
    if channel == "whatsapp" and event["event_name"] not in WHATSAPP_EVENTS:
        raise refused(BAD_MESSAGING_EVENT, "parameter", "event_name", "is none that WhatsApp may send")


def _check_app(event: dict[str, object]) -> None:
    if event["action_source"] != "app":
        return
    app = event.get("app_data")
    if not is_object(app):
        raise parameter("app_data", "is missing or no object")
    info = app.get("extinfo")
    if not (isinstance(info, list) and len(info) == EXTINFO_SLOTS and info[0] in ("a2", "i2") and info[4]):
        raise refused(BAD_EXTINFO, "parameter", "extinfo", "lacks a slot, the platform or the system's version")


_RULES: tuple[Callable[[dict[str, object]], None], ...] = (
    _check_names,
    _check_opt_out,
    _check_processing,
    _check_messaging,
    _check_app,
    check_segment,
    check_custom_data,
    check_user_data,
)
