"""Which names a page may give its events."""

from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from ..events import StandardEvent
from ..exceptions import InvalidEvent

MAX_NAME = 50

_NAMES = frozenset(StandardEvent)
_STANDARD = {name.lower(): name.value for name in StandardEvent}
ELSEWHERE = {
    StandardEvent.PURCHASE: "a Purchase belongs to its order: use {% pixel_purchase order %}",
    StandardEvent.PAGE_VIEW: "{% pixel_head %} sends it already, once for each page",
}
_OF_PAGES = {name.value: name.value for name in StandardEvent if name not in ELSEWHERE}


def described(pixel: str, name: str) -> dict[str, Any]:
    """How a page is told which event it is; ``custom`` if the name is none of Meta's."""
    said: dict[str, Any] = {"pixel": pixel, "name": name}
    return said if name in _NAMES else said | {"custom": True}


def check_name(name: object) -> None:
    """Raise :class:`InvalidEvent` for a name that a page may not use, or that looks misspelled."""
    checked_name(name)


def checked_name(name: object) -> str:
    """The name, if a page may use it."""
    if isinstance(name, str) and name in _OF_PAGES:
        return _OF_PAGES[name]
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise InvalidEvent("event_name", f"must be 1 to {MAX_NAME} printable characters")
    if name in ELSEWHERE:
        raise InvalidEvent("event_name", ELSEWHERE[StandardEvent(name)])
    if meant := _meant(str(name)):
        raise InvalidEvent("event_name", f"{name!r} is no standard event. Did you mean {meant!r}?")
    return str(name)


@lru_cache(maxsize=256)
def _meant(name: str) -> str:
    """The standard name that this one resembles, or ""."""
    close = get_close_matches(name.lower(), _STANDARD, n=1, cutoff=0.85)
    return _STANDARD[close[0]] if close else ""
