"""``pixel_event``, ``pixel_on`` and ``pixel_item``: what happens on a page, signed."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from .. import islands, tracking
from ..events import CustomData, StandardEvent
from ..exceptions import InvalidEvent
from ..orders import item_data
from . import markup
from .tag import UNKNOWN, Nothing, Page, once, pixels_of

# What a form that fails validation would announce wrongly.
CONFIRMED = frozenset(
    {
        StandardEvent.LEAD,
        StandardEvent.COMPLETE_REGISTRATION,
        StandardEvent.SUBSCRIBE,
        StandardEvent.START_TRIAL,
        StandardEvent.SUBMIT_APPLICATION,
    }
)

_is_event_type = re.compile(r"[a-zA-Z][a-zA-Z0-9:._-]{0,49}").fullmatch


def event(page: Page, name: object, /, *things: object, pixel: object = None, **given: object) -> SafeString:
    """An island per pixel; each fires when the page is shown."""
    found = _islands(page, name, things, pixel, given)
    return markup.scripts("event", found)


def on(
    page: Page,
    name: object,
    /,
    *things: object,
    pixel: object = None,
    on: object = "",
    unconfirmed: object = False,
    **given: object,
) -> SafeString:
    """Attributes of an element: each time that something happens to it, an event fires."""
    trigger = str(on or "")
    _check_trigger(name, trigger, unconfirmed)
    found = _islands(page, name, things, pixel, given)
    told = ",".join(map(markup.json_text, found))
    attributes = f'data-capi-on="{escape(told if len(found) == 1 else f"[{told}]")}"'
    return SafeString(f'{attributes} data-capi-trigger="{escape(trigger)}"' if trigger else attributes)


def item(page: Page, /, *things: object, pixel: object = None, **given: object) -> SafeString:
    """A token for one article, for ``capi.track("AddToCart", {item: token, quantity: 2})``."""
    return SafeString(islands.item(_data(page, things, given), pixels=pixels_of(page, pixel)))


def check_event(positional: Sequence[Any], named: Mapping[str, Any]) -> None:
    """A name that stands in the template is an error of the template; so is a text where an object belongs."""
    name, *things = positional
    if isinstance(next(iter(things), None), (str, int, float)):
        raise InvalidEvent("event_name", 'the event\'s name comes first, then an object: "ViewContent" product')
    if name is not UNKNOWN:
        islands.check_name(name)


def check_on(positional: Sequence[Any], named: Mapping[str, Any]) -> None:
    check_event(positional, named)
    trigger, unconfirmed = named.get("on", ""), named.get("unconfirmed", False)
    if UNKNOWN not in (trigger, unconfirmed):
        _check_trigger(positional[0], str(trigger), unconfirmed)
    elif trigger is not UNKNOWN:
        _check_trigger("", str(trigger), True)


def check_item(positional: Sequence[Any], named: Mapping[str, Any]) -> None:
    if not positional and not named.keys() - {"pixel"}:
        raise InvalidEvent("contents", "an item is an object, or content_ids= value= currency=")


def _check_trigger(name: object, trigger: str, unconfirmed: object) -> None:
    if trigger.startswith("on") and trigger[2:].islower():
        raise InvalidEvent("on", f"{trigger!r} is an attribute. Did you mean on={trigger[2:]!r}?")
    if trigger and not _is_event_type(trigger):
        raise InvalidEvent("on", f"{trigger!r} is no DOM event")
    if name in CONFIRMED and trigger in {"", "submit"} and unconfirmed is not True:
        raise InvalidEvent(
            "event_name",
            f"a form that fails validation is no {name}: track it where it succeeds, or say unconfirmed=True",
        )


def _islands(
    page: Page, name: object, things: Sequence[object], pixel: object, given: Mapping[str, object]
) -> list[dict[str, Any]]:
    pixels = pixels_of(page, pixel)
    tell = partial(tracking.tell_of_page, pixels)
    return islands.several(name, _data(page, things, given), pixels=pixels, tell=tell)


def _data(page: Page, things: Sequence[object], given: Mapping[str, Any]) -> CustomData:
    """The object's data; what is given by hand goes before it, and may be a parameter of the shop's own."""
    if not things:
        return islands.merged(islands.NOTHING_SAID, given)
    thing = things[0]
    if thing is None or thing == "":
        raise Nothing("the object is empty here")
    # with the object itself beside it, its id stays its own
    found, _ = once(page, (item_data, id(thing)), lambda: (item_data(thing), thing))
    return islands.merged(found, given)
