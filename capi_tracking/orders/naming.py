"""From keys of orders to what the shop's people call them, and where they find them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError

from .adapters.orders import ModelOrderAdapter
from .adapters.protocol import OrderAdapter
from .between import Shelf, shelves
from .identity import MAX_KEY, ancestry, order_key

LONGEST = 60
ADDRESSES = ("/", "https://", "http://")


class Called(NamedTuple):
    """``number`` is never empty; ``page`` is "" where the adapter names none."""

    number: str
    page: str = ""


def called(keys: Iterable[str | None]) -> Mapping[str, Called]:
    """Of those of the orders that are there: one query for each of their models and databases."""
    by_label: dict[str, set[str]] = defaultdict(set)
    for key in filter(None, keys):
        label, _colon, pk = key.partition(":")
        if pk and len(key) < MAX_KEY:
            by_label[label].add(pk)
    return {key: found for shelf in shelves() for key, found in _on(shelf, by_label)}


def _on(shelf: Shelf, by_label: Mapping[str, set[str]]) -> Iterator[tuple[str, Called]]:
    root = ancestry(shelf.model)[-1]._meta
    pks = [pk for text in by_label.get(root.label_lower, ()) if (pk := _pk(root.pk, text)) is not None]
    try:
        found = list(shelf.rows.filter(pk__in=pks)) if pks else []
    except (DatabaseError, OverflowError):
        return
    for order in found:
        yield order_key(type(order), order.pk), _called(order, shelf.adapter)


def _pk(field: Any, text: str) -> Any:
    try:
        return field.to_python(text)
    except ValidationError:
        return None


def _called(order: Any, adapter: OrderAdapter) -> Called:
    """An adapter may raise anything: then the order is called by its primary key."""
    try:
        number = adapter.read_text(order, adapter.number) if isinstance(adapter, ModelOrderAdapter) else ""
        page = str(adapter.admin_url(order) or "")
    except Exception:  # noqa: BLE001 - the shop's own code
        number, page = "", ""
    return Called((number or str(order.pk))[:LONGEST], page if page.startswith(ADDRESSES) else "")
