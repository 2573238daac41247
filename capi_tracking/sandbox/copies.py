"""What of a hit pairs it with another: its visitor, and its purchase in a store."""

import json

from .pairing import Key
from .shapes import as_list, is_object, is_text

MAX_VALUES = 20

Visitor = tuple[tuple[str, str], ...]


def visitor_of(channel: str, details: dict[str, object]) -> Visitor:
    """Its fbp, then its external ids: compared as they are, since both sides must spell them alike."""
    sent = details.get("payload" if channel == "server" else "params")
    sent = sent if is_object(sent) else {}
    if channel == "server":
        data = sent.get("user_data")
        data = data if is_object(data) else {}
        return _named(data.get("fbp"), data.get("external_id"))
    return _named(sent.get("fbp"), sent.get("ud[external_id]"))


def _named(fbp: object, external_ids: object) -> Visitor:
    found = [("fbp", fbp), *(("external_id", one) for one in as_list(external_ids)[:MAX_VALUES])]
    return tuple((name, value) for name, value in found if is_text(value))


def purchase_in_store(details: dict[str, object]) -> Key | None:
    """Event time, item and order (the customer, where there is no order): what tells events in stores apart."""
    sent = details.get("payload")
    if not is_object(sent) or sent.get("action_source") != "physical_store":
        return None
    data = sent.get("custom_data")
    data = data if is_object(data) else {}
    who = data.get("order_id") or json.dumps(sent.get("user_data"), sort_keys=True)
    return (sent.get("event_time"), data.get("item_number"), who)
