"""Words for what is wrong with an item."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from ..events import StandardEvent
from ..exceptions import InvalidEvent

LONGEST_SHOWN = 40
_STANDARD = {name.casefold(): name.value for name in StandardEvent}


def known(where: str, given: object, names: Collection[str]) -> Mapping[str, Any]:
    """The mapping, if it has these names alone. Raises ``InvalidEvent`` with the nearest right name."""
    if not isinstance(given, Mapping):
        raise InvalidEvent(where or "item", "must be an object")
    for name in given:
        if name not in names:
            raise InvalidEvent(_path(where, name), f"is no key that is known{_hint(name, names)}")
    return given


def unmistaken(name: str) -> str:
    """The event's name, if it is none of Meta's in another spelling (``purchase``, ``add_to_cart``): ads would not count it.

    Raises ``InvalidEvent`` with the right one.
    """
    meant = _STANDARD.get("".join(filter(str.isalnum, name)).casefold(), name)
    if meant != name:
        raise InvalidEvent("event_name", f"is no standard event; did you mean {meant}?")
    return name


def within(where: str, error: InvalidEvent) -> InvalidEvent:
    """The same error, its field told as a path in the item."""
    problem = str(error).partition(": ")[2]
    return InvalidEvent(error.field if error.field.startswith(where) else f"{where}.{error.field}", problem)


def _path(where: str, name: object) -> str:
    shown = name[:LONGEST_SHOWN] if isinstance(name, str) and name and name.isprintable() else "?"
    return f"{where}.{shown}" if where else shown


def _hint(name: object, names: Collection[str]) -> str:
    near = get_close_matches(name[:LONGEST_SHOWN], names, n=1) if isinstance(name, str) else []
    return f"; did you mean {near[0]}?" if near else ""
