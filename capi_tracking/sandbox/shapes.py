"""Small questions about JSON values that several rules ask."""

import math
import re
from collections.abc import Set
from typing import TypeGuard

_NUMERIC = re.compile(r"-?\d{1,18}(\.\d{1,18})?")


def is_integer(value: object) -> TypeGuard[int]:
    """A JSON integer; ``true`` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """A finite JSON number, or one as text: Meta's own samples show both. ``"9,90"`` is neither."""
    if isinstance(value, str):
        return bool(_NUMERIC.fullmatch(value))
    return is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def is_text(value: object) -> TypeGuard[str]:
    """Text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """A JSON object."""
    return isinstance(value, dict)


def is_one_of(value: object, known: Set[object]) -> bool:
    """A text of the list. Asks for the type first: JSON also brings lists, which no set can look up."""
    return isinstance(value, str) and value in known


def as_list(value: object) -> list[object]:
    """Meta takes one value or a list of them for most keys."""
    return value if isinstance(value, list) else [value]


def is_blank(value: object) -> bool:
    """What counts as not sent: null, empty text, an empty list or object."""
    return value is None or value in ("", [], {})


def is_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects are nested beyond so many levels."""
    layer = [value]
    for _ in range(levels):
        layer = [child for one in layer for child in _children(one)]
    return any(_children(one) for one in layer)


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
