"""From each event of an order to the order: is it still there, and is it still paid?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from ..models import DifferenceKind as Kind
from ..orders import Shelf
from ..orders.identity import MAX_KEY, ancestry
from .judging import Judgement, Told
from .told import told_between

Position = tuple[datetime, int]


def judged(
    shelves: Iterable[Shelf], start: datetime, end: datetime, *, using: str, after: Position | None
) -> Iterator[tuple[Position, list[Judgement]]]:
    """Events that Meta has, or will have, of orders that are gone or not paid any more; of ``using``'s outbox."""
    kept = _by_label(shelf for shelf in shelves if shelf.outbox == using)
    for last, told in told_between(start, end, using=using, after=after):
        yield last, list(_strays(told, kept))


def _by_label(shelves: Iterable[Shelf]) -> Mapping[str, list[Shelf]]:
    """From what stands first in an order's key to where such orders are."""
    found: dict[str, list[Shelf]] = defaultdict(list)
    for shelf in shelves:
        found[_root(shelf)._meta.label_lower].append(shelf)
    return found


def _strays(told: Iterable[Told], kept: Mapping[str, list[Shelf]]) -> Iterator[Judgement]:
    by_label: dict[str, dict[Any, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for row in told:
        label, _, text = row.order_key.partition(":")
        if label in kept and len(row.order_key) < MAX_KEY and (pk := _pk(kept[label][0], text)) is not None:
            by_label[label][pk].append(row)
    for label, rows in by_label.items():
        yield from _of_label(kept[label], rows)


def _of_label(shelves: list[Shelf], rows: Mapping[Any, list[Told]]) -> Iterator[Judgement]:
    paid = _are_paid(shelves, list(rows))
    for pk, several in rows.items():
        if not paid.get(pk, False):
            yield from (_judgement(row, Kind.UNPAID if pk in paid else Kind.GONE) for row in several)


def _are_paid(shelves: list[Shelf], pks: list[Any]) -> dict[Any, bool]:
    """Of each order that is there, whether it is paid. One query a shelf."""
    orders = ((shelf, order) for shelf in shelves for order in shelf.rows.filter(pk__in=pks))
    return {order.pk: _is_paid(shelf, order) for shelf, order in orders}


def _is_paid(shelf: Shelf, order: Any) -> bool:
    """An adapter that fails is told of where the orders are read."""
    try:
        return any(True for _ in shelf.adapter.events(order))
    except Exception:  # noqa: BLE001 - the shop's own code
        return True


def _judgement(told: Told, kind: Kind) -> Judgement:
    return Judgement(place=told.place, outcome=None, kind=kind, when=told.event_time, told=told)


def _pk(shelf: Shelf, text: str) -> Any:
    try:
        return _root(shelf)._meta.pk.to_python(text)
    except ValidationError:
        return None


def _root(shelf: Shelf) -> Any:
    return ancestry(shelf.model)[-1]
