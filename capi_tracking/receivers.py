"""Receivers that stand between the shop's signals and ours: our failure is a log line, never a customer's error."""

from typing import Any

from . import orders
from .shield import shielded


def saved(sender: Any, instance: Any, using: str, raw: bool = False, **kwargs: Any) -> None:
    """Any model was saved: follow registered orders and their lines. Fixtures are no sales."""
    if raw:
        return
    if orders.order_adapter(sender):
        _order_saved(instance, using)
    elif orders.parent_of(sender):
        with shielded(using):
            orders.line_saved(instance, using=using)


def _order_saved(order: Any, using: str) -> None:
    with shielded(using) as outcome:
        orders.observe(order, using=using)
    if outcome.error:
        with shielded(using):
            orders.record_failure(order, outcome.error, using=using)
