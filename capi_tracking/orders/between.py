"""The shop's orders of a period, read again: what a signal did not tell is found here."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import router
from django.db.models import Model, QuerySet

from ..conf import conf
from . import fields
from .adapters.protocol import OrderAdapter
from .identity import ancestry, outbox_of
from .registry import registered
from .sales import Sale, sales_of
from .timing import track_since

BATCH = 500  # orders in memory
BATCHES = 40  # of whose keys are in memory: to find them may cost the database a sort of the whole period


class Shelf(NamedTuple):
    """One model's orders in one database."""

    model: type[Model]
    adapter: OrderAdapter
    database: str

    @property
    def name(self) -> str:
        return f"{self.database}:{self.model._meta.label_lower}"

    @property
    def outbox(self) -> str:
        return outbox_of(self.database)

    @property
    def rows(self) -> QuerySet[Any]:
        """Without those that a model with an adapter of its own inherits from this one."""
        rows = self.adapter.joined(self.model._base_manager.using(self.database))
        for model, adapter in registered():
            if isinstance(adapter, OrderAdapter) and model is not self.model and self.model in ancestry(model):
                rows = rows.exclude(pk__in=model._base_manager.using(self.database).values("pk"))
        return rows


class Seen(NamedTuple):
    """What an adapter says of one order. ``when``: paid, else placed, else None. No sales: it has not been paid."""

    order: Any
    sales: list[Sale]
    when: datetime | None
    error: Exception | None

    def counts_in(self, start: datetime, end: datetime) -> bool:
        told = bool(self.sales) or self.error is not None
        return told and (self.when is None or start <= self.when < end)


def shelves() -> list[Shelf]:
    """Where orders are: beside each outbox, and where their models are written."""
    orders = [(model, adapter) for model, adapter in registered() if isinstance(adapter, OrderAdapter)]
    return [Shelf(model, adapter, using) for model, adapter in orders for using in _databases(model)]


def sales_between(
    shelf: Shelf, start: datetime, end: datetime, *, after: Any = None, size: int | None = None
) -> Iterator[tuple[Any, list[Seen]]]:
    """Paid orders of [start, end), and of no known time; none that was paid before this shop began to track.

    In batches of ``size`` by primary key, from behind ``after`` on, each with its last key; a batch may be empty. An
    order of which the adapter raises an error is among them.
    """
    oldest = track_since(shelf.outbox)
    start = max(start, oldest) if oldest else start
    rows = shelf.adapter.paid_between(shelf.rows, start, end)
    for keys in _keys(rows, after, size or BATCH):
        seen = (_seen(order, shelf) for order in rows.filter(pk__in=keys))
        yield keys[-1], [each for each in seen if each.counts_in(start, end)]


def _databases(model: type[Model]) -> list[str]:
    places = dict.fromkeys([*conf.OUTBOX_DATABASES, router.db_for_write(model)])
    return [using for using in places if router.allow_migrate_model(using, model)]


def _keys(rows: QuerySet[Any], after: Any, size: int) -> Iterator[list[Any]]:
    keys = rows.order_by("pk").values_list("pk", flat=True)
    while True:
        page = list((keys if after is None else keys.filter(pk__gt=after))[: size * BATCHES])
        for first in range(0, len(page), size):
            yield page[first : first + size]
        if len(page) < size * BATCHES:
            return
        after = page[-1]


def _seen(order: Any, shelf: Shelf) -> Seen:
    """An adapter may raise anything: of one order, and the others are read all the same."""
    adapter = shelf.adapter
    try:
        sales = sales_of(order, adapter, using=shelf.database)
        if not sales:
            return Seen(order, [], None, None)
        when = fields.moment(adapter.event_time(order)) or fields.moment(adapter.placed_at(order))
    except Exception as error:  # noqa: BLE001 - the shop's own code
        return Seen(order, [], None, error)
    return Seen(order, sales, when, None)
