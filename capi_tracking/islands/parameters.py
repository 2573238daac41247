"""What a page says of an event beside its name."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any

from ..events import CustomData
from ..exceptions import InvalidEvent

MAX_CONTENTS = 100
PARAMETERS = frozenset(each.name for each in fields(CustomData)) - {"extra"}
NOTHING_SAID = CustomData()


def check_parameters(names: Iterable[str]) -> None:
    """Raise :class:`InvalidEvent` for a parameter that looks like a misspelt one of Meta's; others are the shop's own."""
    for name in names:
        close = [] if name in PARAMETERS else get_close_matches(name, PARAMETERS, n=1, cutoff=0.8)
        if close:
            raise InvalidEvent(name, f"is no parameter of Meta's. Did you mean {close[0]}=?")


def merged(found: CustomData, given: Mapping[str, Any]) -> CustomData:
    """The data with what is given by name, which goes first; a name that Meta does not know is the shop's own."""
    if not given:
        return found
    standard: dict[str, Any] = {name: value for name, value in given.items() if name in PARAMETERS}
    if isinstance(standard.get("content_ids"), str):
        standard["content_ids"] = [standard["content_ids"]]
    if len(standard) < len(given):
        own = {name: value for name, value in given.items() if name not in PARAMETERS}
        standard["extra"] = {**found.extra, **own}
    return CustomData(**standard) if found is NOTHING_SAID else replace(found, **standard)


def capped(data: CustomData) -> CustomData:
    """A long list is cut before it is signed, so that both copies are cut alike."""
    if len(data.contents) <= MAX_CONTENTS and len(data.content_ids) <= MAX_CONTENTS:
        return data
    return replace(data, contents=data.contents[:MAX_CONTENTS], content_ids=data.content_ids[:MAX_CONTENTS])
