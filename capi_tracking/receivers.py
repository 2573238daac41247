"""Receivers that stand between the shop's signals and ours: our failure is a log line, never a customer's error."""

from functools import partial
from typing import Any

from django.db import transaction

from . import orders, privacy
from .shield import shielded
from .visitors import hints


def saved(sender: Any, instance: Any, using: str, raw: bool = False, **kwargs: Any) -> None:
    """Any model was saved: follow registered orders and their lines. Fixtures are no sales."""
    if raw:
        return
    if orders.order_adapter(sender):
        _order_saved(instance, using)
    elif orders.parent_of(sender):
        with shielded(using):
            orders.line_saved(instance, using=using)


def logged_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    """Django's own signal; a log-in without a request has no browser to tell."""
    if request is not None:
        hints.logged_in(getattr(request, "_request", request), user)  # REST framework's wraps Django's


def logged_out(sender: Any, request: Any, **kwargs: Any) -> None:
    if request is not None:
        hints.logged_out(getattr(request, "_request", request))


def _order_saved(order: Any, using: str) -> None:
    if orders.outbox_of(using) == using:
        _observe(order, using)
    else:  # the outbox is in another database, which knows nothing of a rollback in this one
        transaction.on_commit(partial(_observe, order, using), using=using)


def _observe(order: Any, using: str) -> None:
    outbox = orders.outbox_of(using)
    with shielded(outbox) as outcome:
        orders.observe(order, using=using)
    if outcome.error:
        with shielded(outbox):
            orders.record_failure(order, outcome.error, using=using)
    request = orders.visitor_request()
    if request is not None:
        with shielded(outbox):
            privacy.heed(request, using=outbox)
