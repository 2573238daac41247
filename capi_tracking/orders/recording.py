"""An order was saved: is it a sale, may it be sent, and what does Meta get?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils import timezone

from .. import normalization, tracking
from ..conf import conf
from ..consent import Consent, ConsentState
from ..events import Event, UserData
from ..exceptions import InvalidEvent
from ..models import CheckoutContext, OutboxEvent, Source, deadline
from ..shield import shielded
from . import checkout, identity, limited
from .adapters import OrderAdapter
from .registry import order_adapter, parent_of

LINES_COME_LATER = timedelta(seconds=2)


class Sale(NamedTuple):
    """One order on its way into the outbox of one pixel. ``database`` is where the order lives."""

    order: Any
    adapter: OrderAdapter
    database: str
    pixel: str = "default"

    @property
    def outbox(self) -> str:
        return outbox_of(self.database)

    @property
    def key(self) -> str:
        return identity.order_key(type(self.order), self.order.pk)

    @property
    def event_id(self) -> str:
        return identity.event_id(self.key, self.adapter.event_name)

    @property
    def rows(self) -> Any:
        """This sale's row, if there is one. Found by the order: it stays the same if the id's key is rotated."""
        events = OutboxEvent.objects.using(self.outbox)
        return events.on_order(self.pixel, self.adapter.event_name, self.key)


def outbox_of(using: str) -> str:
    """Rows live beside their orders, where the settings allow it."""
    return using if using in conf.OUTBOX_DATABASES else conf.OUTBOX_DATABASES[0]


def observe(order: Any, *, using: str) -> None:
    """An order was saved: keep its buyer's context, and record the sale if it has been paid."""
    adapter = order_adapter(type(order))
    if adapter is None or not conf.ENABLED:
        return
    request = checkout.visitor_request()
    if request is not None:
        checkout.capture(request, adapter.context_key(order), using=outbox_of(using))
    if adapter.is_purchase(order):
        for pixel in adapter.pixels(order):
            _record(Sale(order, adapter, using, pixel))


def _record(sale: Sale) -> None:
    when = time_of(sale)
    if when is None:
        return
    if not sale.rows.exists():
        event, consent = build(sale, when, sale.event_id)
        tracking.track(
            event,
            pixel=sale.pixel,
            using=sale.outbox,
            consent=consent,
            order_key=sale.key,
            source=Source.ORDER,
            delay=LINES_COME_LATER,
        )
    complete_after_commit(type(sale.order), sale.order.pk, using=sale.database)


def time_of(sale: Sale) -> datetime | None:
    """When the order was paid; None if that was before this shop began to track, or too long ago to tell."""
    paid = sale.adapter.event_time(sale.order)
    oldest = track_since(sale.outbox)
    placed = paid or sale.adapter.placed_at(sale.order)
    if oldest and placed and placed < oldest:
        return None
    if paid is None and placed and deadline(placed, sale.adapter.action_source) <= timezone.now():
        return None  # long placed, payment time unknown: an old order that somebody saved
    return paid or timezone.now()


def build(sale: Sale, when: datetime, event_id: str) -> tuple[Event, Consent]:
    """The sale's event and the consent under which it goes."""
    order, adapter = sale.order, sale.adapter
    seen = checkout.recall(adapter.context_key(order), using=sale.outbox)
    consent = adapter.consent(order) or _tightened(checkout.consent_in(seen))
    customer = adapter.user_data(order)
    event = Event(
        name=adapter.event_name,
        event_id=event_id,
        event_time=when,
        action_source=adapter.action_source,
        event_source_url=(seen.url if seen else "") or adapter.source_url(order),
        referrer_url=seen.referrer if seen else "",
        user_data=UserData.of(**customer, **_browser(seen)),
        custom_data=adapter.custom_data(order),
        **_processing(consent, customer),
    )
    return event, consent


def _tightened(consent: Consent) -> Consent:
    """A buyer who refuses by now is not sent, whatever was said at checkout."""
    request = checkout.visitor_request()
    if request is None:
        return consent
    now = checkout.consent_of(request)
    return consent.tightened(now.state, now.source) if now.state != ConsentState.UNKNOWN else consent


def _browser(seen: CheckoutContext | None) -> dict[str, str]:
    if seen is None:
        return {}
    return {
        "fbp": seen.fbp,
        "fbc": seen.fbc,
        "client_ip_address": seen.client_ip or "",
        "client_user_agent": seen.user_agent,
    }


def _processing(consent: Consent, customer: dict[str, Any]) -> dict[str, Any]:
    if consent.state != ConsentState.LIMITED:
        return {}
    country = normalization.country(str(customer.get("country") or ""))
    return limited.options(country, normalization.state(str(customer.get("state") or ""), country))


@dataclass(frozen=True)
class Completion:
    """Runs after the commit: by then the order's lines are there."""

    model: type[Model]
    pk: Any
    using: str

    def __call__(self) -> None:
        with shielded(self.using):
            complete(self.model, self.pk, using=self.using)


def complete_after_commit(model: type[Model], pk: Any, *, using: str) -> None:
    """Once per order and transaction, however often it is saved."""
    completion = Completion(model, pk, using)
    # Django's own list of what runs after the commit: a rolled-back savepoint takes its entries away again.
    if not any(entry[1] == completion for entry in connections[using].run_on_commit):
        transaction.on_commit(completion, using=using)


def line_saved(line: Any, *, using: str) -> None:
    """A line came after its order: complete what still waits."""
    parent = parent_of(type(line))
    if parent is not None and conf.ENABLED:
        complete_after_commit(parent.model, getattr(line, parent.column), using=using)


def complete(model: type[Model], pk: Any, *, using: str) -> None:
    """Give the order's waiting rows their final contents and make them due."""
    adapter = order_adapter(model)
    key = identity.order_key(model, pk)
    if adapter is None or not OutboxEvent.objects.using(outbox_of(using)).incomplete(key).exists():
        return
    order = model._base_manager.using(using).filter(pk=pk).first()
    if order is None or not adapter.is_purchase(order):
        return
    for pixel in adapter.pixels(order):
        _complete(Sale(order, adapter, using, pixel))


def _complete(sale: Sale) -> None:
    row = sale.rows.incomplete(sale.key).first()
    if row is None:
        return
    event, consent = build(sale, row.event_time, row.event_id)  # its own id, though the key may have been rotated
    tracking.complete(row, event, consent, using=sale.outbox, due_now=bool(event.custom_data.contents))


def record_failure(order: Any, error: Exception, *, using: str) -> None:
    """An adapter failed on a sale: the row says so, and waits for the adapter to be mended and the order saved."""
    adapter = order_adapter(type(order))
    if adapter is None or not conf.ENABLED or not adapter.is_purchase(order):
        return
    for pixel in adapter.pixels(order):
        sale = Sale(order, adapter, using, pixel)
        when = time_of(sale)
        if when is not None:
            _bury(sale, when, error)


def _bury(sale: Sale, when: datetime, error: Exception) -> None:
    reason = f"invalid_{error.field}" if isinstance(error, InvalidEvent) else "adapter_failed"
    tracking.bury(
        name=sale.adapter.event_name,
        event_id=sale.event_id,
        event_time=when,
        action_source=sale.adapter.action_source,
        pixel=sale.pixel,
        using=sale.outbox,
        order_key=sale.key,
        source=Source.ORDER,
        reason=reason,
        note=type(error).__name__,
    )


def track_since(using: str) -> datetime | None:
    """Nothing paid before this moment is ever sent: ``TRACK_SINCE``, or when this app was first migrated."""
    return conf.TRACK_SINCE or _migrated_at(using)


@lru_cache(maxsize=16)
def _migrated_at(using: str) -> datetime | None:
    applied = MigrationRecorder(connections[using]).migration_qs.filter(app="capi_tracking")
    moment: datetime | None = applied.order_by("applied").values_list("applied", flat=True).first()
    return moment
