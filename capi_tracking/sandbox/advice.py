"""What Meta takes although its papers ask for something else: noted with the event, never refused."""

from collections.abc import Iterator, Mapping

from .hits import is_hollow
from .rules import WHATSAPP_EVENTS
from .shapes import is_blank
from .user_data import HASHED, present_keys

STANDARD_EVENTS = frozenset(
    {"AddPaymentInfo", "AddToCart", "AddToWishlist", "CompleteRegistration", "Contact", "CustomizeProduct", "Donate"}
    | {"FindLocation", "InitiateCheckout", "Lead", "PageView", "Purchase", "Schedule", "Search", "StartTrial"}
    | {"SubmitApplication", "Subscribe", "ViewContent"}
)
EVENT_KEYS = frozenset(
    {"event_name", "event_time", "user_data", "custom_data", "event_source_url", "event_id", "action_source"}
    | {"opt_out", "data_processing_options", "data_processing_options_country", "data_processing_options_state"}
    | {"referrer_url", "customer_segmentation", "original_event_data", "attribution_data", "app_data"}
    | {"messaging_channel", "advanced_measurement_table"}
)
CATALOG_EVENTS = frozenset({"AddToCart", "Purchase", "Search", "ViewContent"})

_SPELLINGS = {name.lower(): name for name in STANDARD_EVENTS | WHATSAPP_EVENTS}


def advise(event: dict[str, object]) -> list[str]:
    """Short sentences, one for each thing to look at; they name keys, never values."""
    return [*_about_name(event), *_about_visit(event), *_about_customer(event), *_about_keys(event)]


def advise_hit(params: Mapping[str, str]) -> list[str]:
    """The same for a hit of the browser."""
    plain = [key for key in HASHED if f"ud[{key}]" in params and not _is_hash(params[f"ud[{key}]"])]
    notes = [f"ud[{key}] is not hashed" for key in sorted(plain)]
    return [*_about_name({"event_name": params.get("ev"), "event_id": params.get("eid")}), *notes]


def _is_hash(text: str) -> bool:
    return len(text) in (32, 64) and all(char in "0123456789abcdefABCDEF" for char in text)


def _about_name(event: Mapping[str, object]) -> Iterator[str]:
    name = str(event.get("event_name"))
    right = _SPELLINGS.get(name.lower(), name)
    if right != name:
        yield f"event_name: Meta's own event is spelt {right}"
    if is_blank(event.get("event_id")):
        yield "event_id: without one the copies of an event are paired by the visitor at best"


def _about_visit(event: Mapping[str, object]) -> Iterator[str]:
    if event.get("action_source") != "website":
        return
    data = event.get("user_data")
    if isinstance(data, dict) and is_blank(data.get("client_user_agent")):
        yield "client_user_agent: Meta asks for it on website events"
    address = event.get("event_source_url")
    if is_blank(address):
        yield "event_source_url: Meta asks for it on website events"
    elif not str(address).startswith(("http://", "https://")):
        yield "event_source_url: is not the address of a page"


def _about_customer(event: dict[str, object]) -> Iterator[str]:
    present = present_keys(event)
    for key, value in present.items():
        if key in HASHED and is_hollow(value):
            yield f"{key}: is the hash of an empty text or of a word for nothing"
    if event.get("action_source") != "app" and present.keys() & {"madid", "anon_id"}:
        yield "madid, anon_id: are for app events"


def _about_keys(event: Mapping[str, object]) -> Iterator[str]:
    unknown = sorted(key[:40] for key in event if key not in EVENT_KEYS)
    if unknown:
        yield f"{', '.join(unknown[:5])}: not known to Meta at this place"
    data = event.get("custom_data")
    custom = data if isinstance(data, dict) else {}
    if event.get("event_name") in CATALOG_EVENTS and not (custom.get("contents") or custom.get("content_ids")):
        yield "contents, content_ids: catalog ads need one of them"
    if event.get("data_processing_options") in (None, []) and "data_processing_options_country" in event:
        yield "data_processing_options_country: says nothing without LDU"
