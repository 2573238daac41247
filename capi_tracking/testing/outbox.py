"""Questions that a test asks of the outbox, and the one verb that sends."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..conf import PixelSettings, conf
from ..delivery import Report, deliver_due
from ..models import OutboxEvent, Pixel, SkipCount, Status
from ..models.verbs.outbox import OutboxQuerySet
from ..sandbox import Sandbox
from ..transports import Transport
from ..transports.graph import GraphTransport
from ..transports.local import MemoryTransport
from .commits import catch_up

NOT_SENDING = (Status.SKIPPED, Status.CANCELLED, Status.DEAD, Status.EXPIRED)


def tracked_events(name: str | None = None, *, using: str | None = None) -> list[dict[str, Any]]:
    """What the outbox holds for Meta, oldest first, as Meta will read it: waiting, held and sent alike."""
    rows = tracked_rows(using)
    return [json.loads(row.payload) for row in (rows.filter(event_name=name) if name else rows)]


def sent_events() -> list[dict[str, Any]]:
    """What went through :class:`MemoryTransport` in this process, in order."""
    return [event for batch in MemoryTransport.sent for event in batch.events]


def deliver_now(
    transport: Callable[[PixelSettings], Transport] | Sandbox = MemoryTransport, *, using: str | None = None
) -> Report:
    """Send all that is due through ``transport``: a class, a :class:`ScriptedTransport`, or a running sandbox.

    A sandbox is reached over HTTP, by the transport that talks to Meta: the settings must point at it, as they do in
    ``running_sandbox()`` and in the fixture ``capi_sandbox``.
    """
    way = GraphTransport if isinstance(transport, Sandbox) else transport
    catch_up()
    return deliver_due(_database(using), transport=way)


def skip_waits(*, using: str | None = None) -> None:
    """As if time had gone by: what waits to be tried again is due, and no pixel waits any more. Pauses stay."""
    Pixel.objects.using(_database(using)).update(wait_until=None, wait_reason="", failures=0)
    OutboxEvent.objects.using(_database(using)).filter(status=Status.PENDING).retry()


def tracked_rows(using: str | None = None) -> OutboxQuerySet:
    """Those that are or will be sent, with contents, oldest first."""
    return _all(using).exclude(status__in=NOT_SENDING).exclude(payload="")


def unsent_rows(using: str | None = None) -> OutboxQuerySet:
    """Those that will not be sent, as they are."""
    return _all(using).filter(status__in=NOT_SENDING)


def skip_counts(using: str | None = None) -> Mapping[tuple[str, str], int]:
    """Page events that are not sent have no row: how many, by name and reason."""
    counts: dict[tuple[str, str], int] = {}
    for place in SkipCount.objects.using(_database(using)).order_by("pk"):
        counts[place.event_name, place.reason] = counts.get((place.event_name, place.reason), 0) + place.count
    return counts


def _all(using: str | None) -> OutboxQuerySet:
    catch_up()
    return OutboxEvent.objects.using(_database(using)).order_by("pk")


def _database(using: str | None) -> str:
    return using or str(conf.OUTBOX_DATABASES[0])
