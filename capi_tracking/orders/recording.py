"""An order was saved: is it a sale, may it be sent, and what does Meta get?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from itertools import islice
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils import timezone

from .. import context, limited, normalization, tracking
from ..conf import conf
from ..consent import Consent, ConsentState
from ..events import Event, UserData
from ..exceptions import InvalidEvent
from ..models import CheckoutContext, OutboxEvent, Source, deadline, prepared
from ..shield import shielded
from . import checkout, decisions, fields, identity, routing
from .adapters import OrderAdapter, customers
from .registry import order_adapter, parent_of

LINES_COME_LATER = timedelta(seconds=2)
NOW = timedelta(0)
BROWSER_IS_FASTER = timedelta(hours=1)  # a sale recorded so late may have been told by a thank-you page before
LOOK_BACK = 50  # entries: an order's saves and those of its lines follow one another


class Sale(NamedTuple):
    """One order on its way into the outbox of one pixel. ``database`` is where the order lives."""

    order: Any
    adapter: OrderAdapter
    database: str
    pixel: str = "default"
    source: str = Source.ORDER

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
        older = identity.older_event_ids(self.key, self.adapter.event_name)
        known = tracking.told_id(self.pixel, self.adapter.event_name, older, using=self.outbox) if older else ""
        return known or identity.event_id(self.key, self.adapter.event_name)

    @property
    def rows(self) -> Any:
        """This sale's row, if there is one. Found by the order: it stays the same if the id's key is rotated."""
        events = OutboxEvent.objects.using(self.outbox)
        return events.on_order(**self.place)

    @property
    def place(self) -> dict[str, str]:
        """Of which the outbox has one."""
        return {"pixel": self.pixel, "event_name": self.adapter.event_name, "order_key": self.key, "part": ""}

    @property
    def is_recorded(self) -> bool:
        return prepared.is_there(OutboxEvent, using=self.outbox, **self.place)


def observe(order: Any, *, using: str) -> None:
    """An order was saved: keep its buyer's context, and record the sale if it has been paid."""
    adapter = order_adapter(order.__class__)
    if adapter is None or not conf.ENABLED:
        return
    request = checkout.visitor_request()
    if request is not None:
        sale = Sale(order, adapter, using)
        checkout.capture(request, sale.context_key, partial(_buyer, sale), using=identity.outbox_of(using))
    if adapter.is_purchase(order):
        for pixel in routing.pixels_of(order, adapter, using=using):
            record(Sale(order, adapter, using, pixel))


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
    event, consent = build(sale, when, sale.event_id)
    row = tracking.track(
        event,
        pixel=sale.pixel,
        using=sale.outbox,
        consent=consent,
        order_key=sale.key,
        source=sale.source,
        delay=NOW if sale.is_late else LINES_COME_LATER,
    )
    if timezone.now() - when >= BROWSER_IS_FASTER:
        tracking.catch_up(row.key, using=sale.outbox)


def time_of(sale: Sale) -> datetime | None:
    """When the order was paid; None if that was before this shop began to track, or too long ago to tell."""
    paid = fields.moment(sale.adapter.event_time(sale.order))
    oldest = track_since(sale.outbox)
    placed = paid or fields.moment(sale.adapter.placed_at(sale.order))
    if oldest and placed and placed < oldest:
        return None
    if paid is None and placed and deadline(placed, sale.adapter.action_source) <= timezone.now():
        return None  # long placed, payment time unknown: an old order that somebody saved
    return paid or (placed if sale.is_late else timezone.now())


def build(sale: Sale, when: datetime, event_id: str) -> tuple[Event, Consent]:
    """The sale's event and the consent under which it goes."""
    order, adapter = sale.order, sale.adapter
    seen = checkout.recall(sale.context_key, using=sale.outbox)
    customer = adapter.user_data(order)
    known = {name: value for name, value in customer.items() if value not in (None, "")}
    consent = decisions.decide(adapter, order, seen, known, when=when, using=sale.outbox)
    event = Event(
        name=adapter.event_name,
        event_id=event_id,
        event_time=when,
        action_source=adapter.action_source,
        event_source_url=(seen.url if seen else "") or context.clean_url(adapter.source_url(order)),
        referrer_url=seen.referrer if seen else "",
        user_data=UserData.of(**_whole(known, seen, consent)),
        custom_data=adapter.custom_data(order),
        customer_segmentation=customers.segment(adapter.customer_type(order), type(adapter)),
        **_processing(consent, known),
    )
    return event, consent


def _buyer(sale: Sale) -> dict[str, Any]:
    """Plain: who this order's checkout is of. An adapter that fails says so where the sale is recorded."""
    with shielded(sale.outbox):
        return sale.adapter.user_data(sale.order)
    return {}


def _whole(known: dict[str, Any], seen: CheckoutContext | None, consent: Consent) -> dict[str, Any]:
    """The buyer as Meta may see them."""
    if decisions.is_without_browser(consent):
        return {name: value for name, value in known.items() if name not in decisions.OF_THE_BROWSER}
    return {**_browser(seen), **known}


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
    if adapter is None or not waiting.exists():
        return
    order = model._base_manager.using(using).filter(pk=pk).first()
    if order is None:
        _withdraw_all(waiting)
    elif adapter.is_purchase(order):
        for pixel in routing.pixels_of(order, adapter, using=using):
            _complete(Sale(order, adapter, using, pixel))


def _withdraw_all(waiting: Any) -> None:
    """The order was deleted in the transaction that paid it: there was no sale."""
    for key in waiting.values_list("key", flat=True):
        waiting.withdraw(key, "order_deleted")


def _complete(sale: Sale) -> None:
    row = sale.rows.incomplete(sale.key).first()
    # a row that was buried without contents may be without the right time as well
    when = row and (row.event_time if row.payload else time_of(sale._replace(source=row.source)))
    if row is None or when is None or sale.pixel not in conf.PIXELS:
        return
    event, consent = build(sale, when, row.event_id)  # its own id, though the key may have been rotated
    tracking.complete(row, event, consent, using=sale.outbox, due_now=bool(event.custom_data.contents))


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
        name=sale.adapter.event_name,
        event_id=sale.event_id,
        event_time=when,
        action_source=sale.adapter.action_source,
        pixel=sale.pixel,
        using=sale.outbox,
        order_key=sale.key,
        source=sale.source,
        reason=f"invalid_{error.field}" if isinstance(error, InvalidEvent) else "adapter_failed",
        note=type(error).__name__,
    )
    complete_after_commit(sale)


def _time_despite_failure(sale: Sale) -> datetime | None:
    with shielded(sale.outbox):
        return time_of(sale)
    return timezone.now()


def track_since(using: str) -> datetime | None:
    """Nothing paid before this moment is ever sent: ``TRACK_SINCE``, or when this app was first migrated."""
    return fields.moment(conf.TRACK_SINCE) or _migrated_at(using)


@lru_cache(maxsize=16)
def _migrated_at(using: str) -> datetime | None:
    applied = MigrationRecorder(connections[using]).migration_qs.filter(app="capi_tracking")
    moment: datetime | None = applied.order_by("applied").values_list("applied", flat=True).first()
    return moment
