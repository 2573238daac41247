"""What Meta takes: one event that breaks a rule, and the whole batch is refused.

Numbers and lists are those of Meta's documentation; each rule is a function that raises a ``Refusal`` or does nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .custom_data import check_content_type, check_custom_data, check_segment
from .refusals import (
    BAD_EXTINFO,
    BAD_MESSAGING_EVENT,
    NO_CHANNEL,
    NO_PAGE_ID,
    TOO_OLD,
    Refusal,
    parameter,
    refused,
)
from .shapes import is_blank, is_deeper, is_integer, is_object, is_one_of, is_text
from .user_data import check_click_ids, check_hash_spelling, check_known_keys, check_user_data

MAX_EVENTS = 1000
MAX_LEVELS = 32
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


@dataclass(frozen=True, slots=True)
class Doubts:
    """How to read what Meta leaves open.

    ``strict`` also refuses what Meta is only likely to refuse (``DOUBTFUL`` rules). ``keeps_valid``: in a refused batch
    the events that are right and have an event id are taken all the same, as one edition of Meta's page says.
    """

    strict: bool = True
    keeps_valid: bool = False


Checked = tuple[list[dict[str, object]], Refusal | None]


def check_batch(events: Sequence[object], now: float, doubts: Doubts) -> Checked:
    """The events that are right, and the first Refusal, whose reason names the event's place in the batch."""
    if not events:
        raise parameter("data", "holds no event")
    if len(events) > MAX_EVENTS:
        raise parameter("data", f"holds more than {MAX_EVENTS} events")
    good: list[dict[str, object]] = []
    first: Refusal | None = None
    for index, event in enumerate(events):
        try:
            good.append(check_event(event, now, strict=doubts.strict))
        except Refusal as refusal:
            first = first or refusal.in_event(index)
        if first and not doubts.keeps_valid:
            return [], first
    return (good, None) if first is None else ([event for event in good if event.get("event_id")], first)


def check_event(event: object, now: float, *, strict: bool = True) -> dict[str, object]:
    """The event, if every rule holds at ``now`` (seconds since the epoch)."""
    if not is_object(event):
        raise parameter("data", "an event is not an object")
    if is_deeper(event, MAX_LEVELS):
        raise parameter("data", f"is nested deeper than {MAX_LEVELS} levels")
    _check_time(event, now, strict=strict)
    for rule in RULES + DOUBTFUL if strict else RULES:
        rule(event)
    return event


def _check_time(event: dict[str, object], now: float, *, strict: bool) -> None:
    at = event.get("event_time")
    if not is_integer(at):
        raise parameter("event_time", "is missing or no integer")
    days = MAX_AGE_DAYS_IN_STORE if event.get("action_source") == "physical_store" else MAX_AGE_DAYS
    if at < now - days * DAY_SECONDS:
        raise refused(TOO_OLD, "time", "event_time", f"is more than {days} days old")
    # Neither the bound nor the subcode for a time in the future is documented.
    if strict and at > now + FUTURE_TOLERANCE_SECONDS:
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
    if event.get("attribution_data") is not None and not is_object(event["attribution_data"]):
        raise parameter("attribution_data", "is not an object")


def _check_original(event: dict[str, object]) -> None:
    original = {} if event.get("original_event_data") is None else event["original_event_data"]
    if not is_object(original):
        raise parameter("original_event_data", "is not an object")
    for key in ("event_name", "order_id", "event_id"):
        if original.get(key) is not None and not isinstance(original[key], str):
            raise parameter(f"original_event_data[{key}]", "is not a text")
    if original.get("event_time") is not None and not is_integer(original["event_time"]):
        raise parameter("original_event_data[event_time]", "is not an integer")


def _check_processing(event: dict[str, object]) -> None:
    options = event.get("data_processing_options")
    if options is not None and options not in ([], ["LDU"]):
        raise parameter("data_processing_options", "is neither [] nor [LDU]")
    _check_region(event, "data_processing_options_country", frozenset({0, 1}))
    _check_region(event, "data_processing_options_state", US_STATES)


def _check_place(event: dict[str, object]) -> None:
    """Limited use needs the country, and without an address the state too; what follows else is not documented."""
    if event.get("data_processing_options") != ["LDU"]:
        return
    if event.get("data_processing_options_country") is None:
        raise parameter("data_processing_options_country", "is missing beside LDU")
    data = event.get("user_data")
    has_address = is_object(data) and not is_blank(data.get("client_ip_address"))
    if event.get("data_processing_options_state") is None and not has_address:
        raise parameter("data_processing_options_state", "is missing beside LDU, and there is no client_ip_address")


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


def _check_page_id(event: dict[str, object]) -> None:
    """The code was seen for a missing page; when exactly Meta wants one is not documented."""
    data = event.get("user_data")
    if event["action_source"] != "business_messaging" or not is_object(data):
        return
    from_click = any(not is_blank(data.get(key)) for key in ("ctwa_clid", "page_scoped_user_id"))
    has_page = any(not is_blank(data.get(key)) for key in ("page_id", "whatsapp_business_account_id"))
    if from_click and not has_page:
        raise refused(NO_PAGE_ID, "parameter", "page_id", "is missing beside the click or the person of a page")


def _check_app(event: dict[str, object]) -> None:
    if event["action_source"] != "app":
        return
    app = event.get("app_data")
    if not is_object(app):
        raise parameter("app_data", "is missing or no object")
    for key in ("advertiser_tracking_enabled", "application_tracking_enabled"):
        if app.get(key) not in (False, True, "0", "1"):
            raise parameter(f"app_data[{key}]", "is missing, or neither 0 nor 1")
    if not _is_extinfo(app.get("extinfo")):
        raise refused(BAD_EXTINFO, "parameter", "extinfo", "lacks a slot, the platform or the system's version")


def _is_extinfo(info: object) -> bool:
    """Sixteen texts, blank where unknown; the platform and its version are known."""
    if not (isinstance(info, list) and len(info) == EXTINFO_SLOTS and all(isinstance(slot, str) for slot in info)):
        return False
    return info[0] in ("a2", "i2") and is_text(info[4])


RULES: tuple[Callable[[dict[str, object]], None], ...] = (
    _check_names,
    _check_opt_out,
    _check_original,
    _check_processing,
    _check_messaging,
    _check_app,
    check_segment,
    check_custom_data,
    check_user_data,
)
DOUBTFUL: tuple[Callable[[dict[str, object]], None], ...] = (
    _check_place,
    _check_page_id,
    check_content_type,
    check_hash_spelling,
    check_known_keys,
    check_click_ids,
)
