"""What is stored. One file per model; every change of status is a verb of its QuerySet."""

from .attempt import DeliveryAttempt
from .checkout import CheckoutContext
from .dashboard import Dashboard
from .outbox import (
    LEASE_LIMIT,
    PAIR_WINDOW,
    Claimed,
    Closed,
    OutboxEvent,
    Priority,
    Source,
    Status,
    deadline,
    outbox_key,
)
from .pixel import Pixel
from .receipt import BrowserReceipt, BrowserState
from .skipcount import SkipCount

__all__ = [
    "LEASE_LIMIT",
    "PAIR_WINDOW",
    "BrowserReceipt",
    "BrowserState",
    "CheckoutContext",
    "Claimed",
    "Closed",
    "Dashboard",
    "DeliveryAttempt",
    "OutboxEvent",
    "Pixel",
    "Priority",
    "SkipCount",
    "Source",
    "Status",
    "deadline",
    "outbox_key",
]
