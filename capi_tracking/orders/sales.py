"""One event of one order on its way into the outbox of one pixel."""

from typing import Any, NamedTuple

from .. import tracking
from ..events import CustomData
from ..models import OutboxEvent, Source
from ..models.database import prepared
from . import checkout, identity, routing
from .adapters.protocol import OrderAdapter
from .adapters.told import OrderEvent


class Sale(NamedTuple):
    """``database`` is where the order lives."""

    order: Any
    adapter: OrderAdapter
    database: str
    pixel: str = "default"
    source: str = Source.ORDER
    told: OrderEvent | None = None  # None: its purchase

    @property
    def name(self) -> str:
        return str(self.told.name if self.told else self.adapter.event_name)

    @property
    def part(self) -> str:
        return self.told.part if self.told else ""

    @property
    def action_source(self) -> str:
        return str((self.told and self.told.action_source) or self.adapter.action_source)

    @property
    def custom_data(self) -> CustomData:
        """What it tells of goods and money, on both sides alike."""
        return (self.told and self.told.data) or self.adapter.custom_data(self.order)

    @property
    def worth(self) -> CustomData:
        """Value and currency alone."""
        return (self.told and self.told.data) or self.adapter.worth(self.order)

    @property
    def is_late(self) -> bool:
        """Found by the reconciliation: its save was missed, so now is not the time when it was first seen paid."""
        return self.source == Source.RECONCILE

    @property
    def outbox(self) -> str:
        return identity.outbox_of(self.database)

    @property
    def key(self) -> str:
        return identity.order_key(self.order.__class__, self.order.pk)

    @property
    def context_key(self) -> str:
        """Where its checkout context lies."""
        return checkout.key_of(self.order, self.adapter)

    @property
    def event_id(self) -> str:
        """Where a browser told of it before the id's key was rotated, the id that it told."""
        older = identity.older_event_ids(self.key, self.name, self.part)
        known = tracking.told_id(self.pixel, self.name, older, using=self.outbox) if older else ""
        return known or identity.event_id(self.key, self.name, self.part)

    @property
    def rows(self) -> Any:
        """This sale's row, if there is one. Found by the order: it stays the same if the id's key is rotated."""
        events = OutboxEvent.objects.using(self.outbox)
        return events.on_order(**self.place)

    @property
    def place(self) -> dict[str, str]:
        """Of which the outbox has one."""
        return {"pixel": self.pixel, "event_name": self.name, "order_key": self.key, "part": self.part}

    @property
    def is_recorded(self) -> bool:
        return prepared.is_there(OutboxEvent, using=self.outbox, **self.place)


def sales_of(order: Any, adapter: OrderAdapter, *, using: str) -> list[Sale]:
    """All that the order tells by now, to each of its pixels."""
    told = list(adapter.events(order))
    aliases = routing.pixels_of(order, adapter, using=using) if told else []
    return [Sale(order, adapter, using, alias, told=each) for each in told for alias in aliases]
