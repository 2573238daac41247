"""What one order may tell: its purchase, a subscription's start, a renewal."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ...events import ActionSource, CustomData, StandardEvent

if TYPE_CHECKING:
    from .protocol import OrderAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """One event of an order. What is left empty is the order's own.

    ``part`` tells it from others of the same name, at most 32 characters: a renewal's number. ``at`` is aware.
    ``action_source`` "system_generated" has no browser's copy, and goes by the person's last decision.
    """

    name: str
    part: str = ""
    at: datetime | None = None
    action_source: str = ""
    data: CustomData | None = field(default=None, repr=False)


def of_life(adapter: "OrderAdapter", order: Any) -> Iterator[OrderEvent]:
    """A trial that has begun; else, once it was paid, the purchase, with which a subscription may start."""
    source = ActionSource.SYSTEM_GENERATED.value if adapter.is_renewal(order) else ""
    if adapter.is_trial(order):
        yield OrderEvent(name=StandardEvent.START_TRIAL.value, action_source=source)
    elif adapter.is_purchase(order):
        yield OrderEvent(name=adapter.event_name, action_source=source)
        if not source and adapter.is_subscription(order):
            yield OrderEvent(name=StandardEvent.SUBSCRIBE.value)
