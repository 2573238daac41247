"""Finding an order by the number that the shop's people call it by."""

from collections.abc import Iterator

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model

from .adapters import ModelOrderAdapter
from .identity import order_key
from .registry import registered

MOST = 20
LONGEST_NUMBER = 128


def keys_of_number(number: str) -> list[str]:
    """Keys of the orders with that number, at most 20 of a model; only where an index leads to them."""
    return list(_keys(number.strip())) if 0 < len(number.strip()) <= LONGEST_NUMBER else []


def _keys(number: str) -> Iterator[str]:
    for model, adapter in registered():
        if isinstance(adapter, ModelOrderAdapter) and _is_indexed(model, adapter.number):
            found = _matching(model, str(adapter.number), number)
            yield from (order_key(model, pk) for pk in found)


def _matching(model: type[Model], field: str, number: str) -> list[object]:
    try:
        return list(model._base_manager.filter(**{field: number}).values_list("pk", flat=True)[:MOST])
    except (ValueError, TypeError, ValidationError):
        return []  # a number that this model's field can't hold


def _is_indexed(model: type[Model], path: object) -> bool:
    if path == "pk":
        return True
    try:
        field = model._meta.get_field(str(path))
    except FieldDoesNotExist:
        return False
    return bool(getattr(field, "unique", False) or getattr(field, "db_index", False))
