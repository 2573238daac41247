"""From an order to what is recorded of it, and from the number that the shop's people call it by to the order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from ..models import OutboxEvent
from .adapters.orders import ModelOrderAdapter
from .identity import order_key, outbox_of
from .registry import registered

MOST = 20
LONGEST_NUMBER = 128
MOST_EVENTS = 2_000


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


def events_of(orders: Iterable[Model]) -> dict[str, list[OutboxEvent]]:
    """What the outbox holds of these orders, by ``order_key``, the newest first and without payloads: one query for
    each of their databases, of at most 2,000 rows.
    """
    keys: dict[str, list[str]] = defaultdict(list)
    for order in orders:
        keys[outbox_of(order._state.db or DEFAULT_DB_ALIAS)].append(order_key(type(order), order.pk))
    found: dict[str, list[OutboxEvent]] = {key: [] for each in keys.values() for key in each}
    for outbox, these in keys.items():
        for event in _rows(outbox, these):
            found[str(event.order_key)].append(event)
    return found


def _rows(outbox: str, keys: list[str]) -> Any:
    rows = OutboxEvent.objects.using(outbox).filter(order_key__in=keys).order_by("-event_time", "-pk")
    return rows.defer("payload")[:MOST_EVENTS]
