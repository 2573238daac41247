"""What an event must have by where it happened: in an app, in a chat."""

from collections.abc import Callable, Mapping
from typing import Any

from ..exceptions import InvalidEvent
from .encoding import json_object
from .names import ActionSource, MessagingChannel, StandardEvent

EXTINFO_SLOTS = 16
PLATFORMS = frozenset({"a2", "i2"})  # Android, iOS
SYSTEM_VERSION = 4  # its slot; the platform's is the first
FLAGS = ("advertiser_tracking_enabled", "application_tracking_enabled")
SWITCH: Mapping[Any, int] = {False: 0, True: 1, "0": 0, "1": 1}  # 0 and 1 are these too
CHANNELS = frozenset(MessagingChannel)
WHATSAPP_EVENTS = frozenset(
    {
        StandardEvent.PURCHASE.value,
        StandardEvent.ADD_TO_CART.value,
        StandardEvent.INITIATE_CHECKOUT.value,
        StandardEvent.VIEW_CONTENT.value,
        "LeadSubmitted",
    }
)
OF_A_PAGE = ("ctwa_clid", "page_scoped_user_id")


def app_data(name: str, given: object) -> dict[str, Any] | None:
    """JSON-safe: what the person allowed as 0 or 1, ``extinfo`` as texts."""
    found = json_object(name, given)
    for flag in FLAGS:
        if found.get(flag) is not None:
            found[flag] = _switch(f"{name}.{flag}", found[flag])
    if "extinfo" in found:
        found["extinfo"] = _texts(f"{name}.extinfo", found["extinfo"])
    return {key: value for key, value in found.items() if value is not None} or None


def check_source(event: Any) -> None:
    """Raises ``InvalidEvent`` for what its action source lacks."""
    rule = _RULES.get(event.action_source)
    if rule is not None:
        rule(event)


def _of_app(event: Any) -> None:
    held = event.app_data
    if not held:
        raise InvalidEvent("app_data", "is missing on an app event")
    for flag in FLAGS:
        if flag not in held:
            raise InvalidEvent(f"app_data.{flag}", "is missing on an app event: 1 if the person allowed it, else 0")
    info = held.get("extinfo", ())
    if len(info) != EXTINFO_SLOTS:
        raise InvalidEvent("app_data.extinfo", f"must have {EXTINFO_SLOTS} texts, empty where nothing is known")
    if info[0] not in PLATFORMS or not info[SYSTEM_VERSION]:
        raise InvalidEvent(
            "app_data.extinfo", "must begin with a2 or i2, and have the system's version in the fifth place"
        )


def _of_messaging(event: Any) -> None:
    channel = event.messaging_channel
    if channel not in CHANNELS:
        problem = f"must be one of {', '.join(MessagingChannel)}" if channel else "is missing"
        raise InvalidEvent("messaging_channel", f"{problem} on a business_messaging event")
    if channel == MessagingChannel.WHATSAPP and event.name not in WHATSAPP_EVENTS:
        raise InvalidEvent("event_name", f"WhatsApp takes {', '.join(sorted(WHATSAPP_EVENTS))} alone")
    held = event.user_data.__dict__
    if "page_id" not in held and any(name in held for name in OF_A_PAGE):
        raise InvalidEvent("user_data.page_id", "is missing beside the click or the person of a page")


_RULES: dict[str, Callable[[Any], None]] = {
    ActionSource.APP.value: _of_app,
    ActionSource.BUSINESS_MESSAGING.value: _of_messaging,
}


def _switch(name: str, given: object) -> int:
    found = SWITCH.get(given) if isinstance(given, bool | int | str) else None
    if found is None:
        raise InvalidEvent(name, "must be 0 or 1")
    return found


def _texts(name: str, given: object) -> list[str]:
    if not isinstance(given, list) or not all(each is None or type(each) in {str, int, float} for each in given):
        raise InvalidEvent(name, "must be a list of texts")
    return ["" if each is None else str(each).strip() for each in given]
