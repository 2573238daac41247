"""After the commit an order's lines are there: its rows get their final contents."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connections, transaction
from django.db.models import Model

from .. import tracking
from ..conf import conf
from ..models import OutboxEvent
from ..shield import shielded
from . import fields, identity, undoing
from .building import build
from .registry import order_adapter, parent_of
from .sales import Sale, sales_of
from .timing import time_of

LOOK_BACK = 50  # entries: an order's saves and those of its lines follow one another


@dataclass(frozen=True)
class Completion:
    """Runs after the commit: by then the order's lines are there."""

    model: type[Model]
    pk: Any
    using: str

    def __call__(self) -> None:
        with shielded(identity.outbox_of(self.using)):
            complete(self.model, self.pk, using=self.using)


def complete_after_commit(sale: Sale) -> None:
    """Of a late sale the lines are there already."""
    if not sale.is_late:
        _after_commit(Completion(sale.order.__class__, sale.order.pk, sale.database))


def _after_commit(completion: Completion) -> None:
    """Once per order and transaction, however often it is saved."""
    # Django's own list of what runs after the commit: a rolled-back savepoint takes its entries away again.
    latest = islice(reversed(connections[completion.using].run_on_commit), LOOK_BACK)
    if not any(entry[1] == completion for entry in latest):
        transaction.on_commit(completion, using=completion.using)


def line_saved(line: Any, *, using: str) -> None:
    """A line came after its order: complete what still waits."""
    parent = parent_of(type(line))
    if parent is not None and conf.ENABLED:
        _after_commit(Completion(parent.model, fields.read(line, parent.path), using))


def complete(model: type[Model], pk: Any, *, using: str) -> None:
    """Give the order's waiting rows their final contents and make them due."""
    adapter = order_adapter(model)
    waiting = OutboxEvent.objects.using(identity.outbox_of(using)).incomplete(identity.order_key(model, pk))
    rows = {(row.pixel, row.event_name, row.part): row for row in waiting} if adapter else {}
    if adapter is None or not rows:
        return
    order = model._base_manager.using(using).filter(pk=pk).first()
    if order is None:
        _withdraw_all(waiting)
    elif not undoing.why(order, adapter):
        for sale in sales_of(order, adapter, using=using):
            if row := rows.get((sale.pixel, sale.name, sale.part)):
                _complete(sale, row)


def _withdraw_all(waiting: Any) -> None:
    """The order was deleted in the transaction that paid it: there was no sale."""
    for key in waiting.values_list("key", flat=True):
        waiting.withdraw(key, "order_deleted")


def _complete(sale: Sale, row: OutboxEvent) -> None:
    # a row that was buried without contents may be without the right time as well
    when = row.event_time if row.payload else time_of(sale._replace(source=row.source))
    if when is None or sale.pixel not in conf.PIXELS:
        return
    built = build(sale, when, row.event_id)  # its own id, though the key may have been rotated
    tracking.complete(
        row,
        built.event,
        built.consent,
        using=sale.outbox,
        due_now=bool(built.event.custom_data.contents) or not sale.adapter.awaits_lines(),
        withheld=built.excluded,
    )
