"""The event as it may leave, for one pixel."""

from dataclasses import replace
from typing import Any, NamedTuple

from ..conf import PixelSettings
from ..events import Content, CustomData, Event, UserData
from .addresses import origin_of
from .scanning import LeftOut, scanned
from .sharing import shared, shared_by_all

# Custom parameters, and of Meta's own those whose words may name what such a business must not tell.
WORDS: dict[str, Any] = {"content_name": "", "content_category": "", "search_string": "", "extra": None}
ADDRESSES = ("event_source_url", "referrer_url")


class Minimised(NamedTuple):
    """``event``: what may be sent; ``left_out``: which custom data may not, and why."""

    event: Event
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_enough(self) -> bool:
        return not self.event.user_data.too_broad


def minimised(event: Event, pixel: PixelSettings) -> Minimised:
    """The event without what this pixel may not have."""
    changes: dict[str, Any] = {}
    user_data = shared(event.user_data, pixel.share, event.name)
    if user_data is not event.user_data:
        changes["user_data"] = user_data
    data, left_out = _reduced(event.custom_data, pixel)
    if data is not event.custom_data:
        changes["custom_data"] = data
    if pixel.core_setup:
        changes |= {name: origin_of(getattr(event, name)) for name in ADDRESSES}
    return Minimised(replace(event, **changes) if changes else event, left_out)


def minimised_data(data: CustomData, pixel: PixelSettings) -> CustomData:
    """The same of custom data alone, for a browser's copy."""
    return _reduced(data, pixel)[0]


def minimised_keys(user_data: UserData, pixel: PixelSettings) -> UserData:
    """The customer as the browser's pixel may know them."""
    return shared_by_all(user_data, pixel.share)


def _reduced(data: CustomData, pixel: PixelSettings) -> tuple[CustomData, tuple[LeftOut, ...]]:
    return scanned(without_words(data) if pixel.core_setup else data)


def without_words(data: CustomData) -> CustomData:
    """What ``CORE_SETUP`` leaves: numbers, ids, and Meta's own words."""
    if data.__dict__.keys().isdisjoint({*WORDS, "contents"}):
        return data
    contents = [Content(id=each.id, quantity=each.quantity, item_price=each.item_price) for each in data.contents]
    return replace(data, **WORDS, contents=contents)
