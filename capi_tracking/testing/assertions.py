"""Questions that a test asks of the outbox, and the one verb that sends."""

import json
from typing import Any

from ..conf import conf
from ..delivery import Report, deliver_due
from ..models import OutboxEvent, Status
from ..sandbox import Sandbox
from ..transports.graph import GraphTransport
from ..transports.local import MemoryTransport

NOT_SENDING = (Status.SKIPPED, Status.CANCELLED, Status.DEAD, Status.EXPIRED)


def tracked_events(name: str | None = None, *, using: str | None = None) -> list[dict[str, Any]]:
    """What the outbox holds for Meta, oldest first, as Meta will read it: waiting, held and sent alike."""
    rows = OutboxEvent.objects.using(using or conf.OUTBOX_DATABASES[0]).exclude(status__in=NOT_SENDING)
    rows = rows.filter(event_name=name) if name else rows
    return [json.loads(text) for text in rows.exclude(payload="").order_by("pk").values_list("payload", flat=True)]


def assert_tracked(name: str, *, using: str | None = None, **custom_data: Any) -> dict[str, Any]:
    """Exactly one event of that name with these ``custom_data`` values is tracked; returns it."""
    events = tracked_events(name, using=using)
    fitting = [event for event in events if _fits(event.get("custom_data", {}), custom_data)]
    if len(fitting) != 1:
        raise AssertionError(f"{len(fitting)} of {len(events)} {name} events fit {custom_data}.")
    return fitting[0]


def assert_not_tracked(name: str, *, using: str | None = None) -> None:
    """No event of that name will go to Meta."""
    count = len(tracked_events(name, using=using))
    if count:
        raise AssertionError(f"{count} {name} events are tracked.")


def deliver_now(transport: Any = MemoryTransport, *, using: str | None = None) -> Report:
    """Send all that is due through ``transport``: a class, a :class:`ScriptedTransport`, or a running sandbox.

    A sandbox is reached over HTTP, by the transport that talks to Meta: the settings must point at it, as they do in
    the fixture ``capi_sandbox``.
    """
    way = GraphTransport if isinstance(transport, Sandbox) else transport
    return deliver_due(using or conf.OUTBOX_DATABASES[0], transport=way)


def sent_events() -> list[dict[str, Any]]:
    """What went through :class:`MemoryTransport` in this process, in order."""
    return [event for batch in MemoryTransport.sent for event in batch.events]


def _fits(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(name in found and found[name] == value for name, value in wanted.items())
