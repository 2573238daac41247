"""An order was saved: what does it tell, may it be sent, and what is taken back?"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from .. import tracking
from ..conf import conf
from ..exceptions import InvalidEvent
from ..models import Source
from ..shield import shielded
from . import checkout, identity, refunds
from .building import build
from .completing import complete_after_commit
from .registry import order_adapter
from .sales import Sale, sales_of
from .timing import time_of

LINES_COME_LATER = timedelta(seconds=2)
NOW = timedelta(0)
BROWSER_IS_FASTER = timedelta(hours=1)  # a sale recorded so late may have been told by a thank-you page before


def observe(order: Any, *, using: str) -> None:
    """An order was saved: keep its buyer's context, and record the sale if it has been paid."""
    adapter = order_adapter(order.__class__)
    if adapter is None or not conf.ENABLED:
        return
    request = checkout.visitor_request()
    if request is not None:
        sale = Sale(order, adapter, using)
        checkout.capture(request, sale.context_key, partial(_buyer, sale), using=sale.outbox)
    for sale in sales_of(order, adapter, using=using):
        record(sale)
    with shielded(identity.outbox_of(using)):
        refunds.follow(order, adapter, using=using)


def record(sale: Sale) -> None:
    """Each pixel's row for itself: what is wrong with one costs the others nothing."""
    with shielded(sale.outbox) as outcome:
        _record(sale)
    if outcome.error:
        with shielded(sale.outbox):
            _bury(sale, outcome.error)


def _record(sale: Sale) -> None:
    when = time_of(sale)
    if when is None:
        return
    if not sale.is_recorded:
        _track(sale, when)
    complete_after_commit(sale)


def _track(sale: Sale, when: datetime) -> None:
    built = build(sale, when, sale.event_id)
    row = tracking.track(
        built.event,
        pixel=sale.pixel,
        using=sale.outbox,
        consent=built.consent,
        order_key=sale.key,
        part=sale.part,
        source=sale.source,
        withheld=built.excluded,
        delay=NOW if sale.is_late else LINES_COME_LATER,
    )
    if timezone.now() - when >= BROWSER_IS_FASTER:
        tracking.catch_up(row.key, using=sale.outbox)


def _buyer(sale: Sale) -> dict[str, Any]:
    """Plain: who this order's checkout is of. An adapter that fails says so where the sale is recorded."""
    with shielded(sale.outbox):
        return sale.adapter.user_data(sale.order)
    return {}


def record_failure(order: Any, error: Exception, *, using: str, source: str = Source.ORDER) -> None:
    """An adapter failed before it could name the pixels: the default's row says so."""
    adapter = order_adapter(order.__class__)
    if adapter is not None and conf.ENABLED and adapter.is_purchase(order):
        _bury(Sale(order, adapter, using, source=source), error)


def _bury(sale: Sale, error: Exception) -> None:
    """The row says what failed; it lives again when the order is read anew after the commit, or saved after a mend."""
    when = _time_despite_failure(sale)
    if when is None:
        return
    tracking.bury(
        name=sale.name,
        event_id=sale.event_id,
        event_time=when,
        action_source=sale.action_source,
        pixel=sale.pixel,
        using=sale.outbox,
        order_key=sale.key,
        part=sale.part,
        source=sale.source,
        reason=f"invalid_{error.field}" if isinstance(error, InvalidEvent) else "adapter_failed",
        note=type(error).__name__,
    )
    complete_after_commit(sale)


def _time_despite_failure(sale: Sale) -> datetime | None:
    with shielded(sale.outbox):
        return time_of(sale)
    return timezone.now()
