"""Whether Meta will read what a test expects: a number by its worth, in whatever type it is written."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

PLACES = 6  # a float's own error is smaller, a price is not


def is_same(found: Any, wanted: Any) -> bool:
    """``found`` is out of JSON. A mapping must hold what is wanted and may hold more; a list has as many items."""
    if isinstance(wanted, Mapping):
        return isinstance(found, dict) and all(key in found and is_same(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list | tuple):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(is_same, found, wanted))
    if isinstance(found, bool) or isinstance(wanted, bool) or wanted is None:
        return found is wanted
    if isinstance(found, int | float):
        return _worth(found) == _worth(wanted)
    return bool(found == str(wanted))


def _worth(number: Any) -> Decimal | None:
    try:
        return round(Decimal(str(number)), PLACES)
    except InvalidOperation:
        return None
