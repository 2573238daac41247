"""Whether an order is undone: Meta knows no refund, so what was not sent by then never is."""

from decimal import Decimal
from typing import Any

from ..models import TAKEN_BACK
from .adapters.protocol import OrderAdapter

REFUNDED, CANCELLED = TAKEN_BACK
WHOLE = Decimal(1)


def why(order: Any, adapter: OrderAdapter) -> str:
    """Why nothing of the order is told any more; "" while something is left of it."""
    if adapter.is_cancelled(order):
        return CANCELLED
    return REFUNDED if adapter.refunded_share(order) >= WHOLE else ""
