"""From an item to an event: each key by its own rule, and nothing that no rule knows."""

from collections.abc import Mapping
from typing import Any

from ..conf import conf
from ..events import Content, CustomData, Event
from ..events.custom_data import STANDARD
from ..exceptions import InvalidEvent
from ..minimisation import clean_url, is_sensitive_address
from ..tracking import Told
from .consents import consent_of
from .moments import check_age, happened
from .people import user_data
from .refusals import known, unmistaken, within
from .terms import Terms

ADDRESSES = ("event_source_url", "referrer_url")
AS_THEY_ARE = (
    "opt_out",
    "data_processing_options",
    "data_processing_options_country",
    "data_processing_options_state",
    "customer_segmentation",
    "original_event_data",
    "attribution_data",
    "app_data",
    "messaging_channel",
)
REQUIRED = ("event_name", "event_id", "event_time", "user_data")
KEYS = frozenset(
    {*REQUIRED, "action_source", "pixel", "custom_data", "consent", "order_key", "part", *ADDRESSES, *AS_THEY_ARE}
)
CUSTOM_KEYS = frozenset({*STANDARD, "extra"})
OF_CUSTOM_DATA = CUSTOM_KEYS | {"contents.id", "contents.quantity", "contents.item_price", "contents.delivery_category"}


def told(given: object, terms: Terms) -> Told:
    """The event that the item tells of. Raises ``InvalidEvent``."""
    item = known("", given, KEYS)
    for name in REQUIRED:
        if item.get(name) in (None, ""):
            raise InvalidEvent(name, "is missing")
    pixel = _permitted("pixel", item.get("pixel") or terms.pixel, terms.pixels)
    event = _event(item, terms)
    check_age(event.event_time, event.action_source)
    return Told(
        event=event,
        consent=consent_of(item.get("consent"), terms),
        pixel=_of_settings(pixel),
        order_key=_text("order_key", item.get("order_key")) or None,
        part=_text("part", item.get("part")),
        withheld="sensitive_page" if _is_sensitive(item) else "",
    )


def event_id_of(given: object) -> str:
    """What the item calls itself, for whoever has to find it again; "" where that is unreadable."""
    said = given.get("event_id") if isinstance(given, Mapping) else None
    return said[:100] if isinstance(said, str) and said.isprintable() else ""


def _event(item: Mapping[str, Any], terms: Terms) -> Event:
    said = {name: item[name] for name in AS_THEY_ARE if item.get(name) is not None}
    said |= {name: clean_url(_text(name, item[name])) for name in ADDRESSES if item.get(name)}
    if item.get("custom_data") is not None:
        said["custom_data"] = custom_data(item["custom_data"])
    return _built(
        name=unmistaken(_permitted("event_name", item["event_name"], terms.events)),
        event_id=_text("event_id", item["event_id"]),
        event_time=happened("event_time", item["event_time"]),
        action_source=item.get("action_source") or terms.action_source,
        user_data=user_data(item["user_data"]),
        **said,
    )


def custom_data(given: object) -> CustomData:
    """Meta's names; what is the sender's own stands in ``extra``. Raises ``InvalidEvent``."""
    said = {name: value for name, value in known("custom_data", given, CUSTOM_KEYS).items() if value is not None}
    try:
        if isinstance(said.get("contents"), list):
            said["contents"] = [Content.from_json(each) for each in said["contents"]]
        return CustomData(**said)
    except InvalidEvent as error:
        raise within("custom_data", error) from None


def _built(**said: Any) -> Event:
    try:
        return Event(**said)
    except InvalidEvent as error:
        raise (within("custom_data", error) if error.field in OF_CUSTOM_DATA else error) from None


def _permitted(name: str, given: object, allowed: Any) -> str:
    if not isinstance(given, str):
        raise InvalidEvent(name, "must be text")
    if allowed is not None and given not in allowed:
        raise InvalidEvent(name, "is none that this sender may write")
    return given


def _of_settings(pixel: str) -> str:
    if pixel not in conf.PIXELS:
        raise InvalidEvent("pixel", "is no alias of a pixel")
    return pixel


def _text(name: str, given: object) -> str:
    if given is None:
        return ""
    if type(given) is int:
        return str(given)
    if not isinstance(given, str):
        raise InvalidEvent(name, "must be text")
    return given


def _is_sensitive(item: Mapping[str, Any]) -> bool:
    return any(is_sensitive_address(str(item[name])) for name in ADDRESSES if item.get(name))
