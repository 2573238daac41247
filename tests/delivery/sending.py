"""Drains with answers written before, and what they leave behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.dispatch import Signal
from django.utils import timezone

from capi_tracking.delivery import Report, deliver_due
from capi_tracking.exceptions import Rejected, TransportError
from capi_tracking.models import OutboxEvent, Pixel
from capi_tracking.transports import Batch
from capi_tracking.transports.local import Answer, ScriptedTransport


def deliver(*answers: Answer, always: Answer = None, **options: Any) -> tuple[Report, ScriptedTransport]:
    transport = ScriptedTransport(*answers, always=always)
    return deliver_due("default", transport=transport, **options), transport


def ids(batch: Batch) -> list[str]:
    return [event["event_id"] for event in batch.events]


def refuses(*bad: str, error: type[TransportError] = Rejected, **details: Any) -> Answer:
    """A server that takes no batch with one of these events."""
    details = details or {"http_status": 400, "code": 100, "subcode": 2804009}

    def answer(batch: Batch) -> Answer:
        return error("(#100) Invalid parameter", **details) if set(bad) & set(ids(batch)) else None

    return answer


def pixel() -> Pixel:
    return Pixel.objects.get(alias="default")


def waits() -> float:
    """For how many seconds more the pixel waits."""
    until = pixel().wait_until
    return round((until - timezone.now()).total_seconds() if until else 0)


def make_due() -> None:
    """Time passes: rows and the pixel have waited long enough."""
    past = timezone.now() - timedelta(seconds=1)
    OutboxEvent.objects.filter(due_at__isnull=False).update(due_at=past)
    Pixel.objects.filter(wait_until__isnull=False).update(wait_until=past)


@contextmanager
def heard(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    calls: list[dict[str, Any]] = []

    def receiver(sender: object, **kwargs: Any) -> None:
        calls.append({name: value for name, value in kwargs.items() if name != "signal"} | {"sender": sender})

    signal.connect(receiver)
    try:
        yield calls
    finally:
        signal.disconnect(receiver)
