"""One request and its record."""

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from ..exceptions import Denied, Rejected, Throttled, TransportError, Unreachable
from ..logs import fields
from ..models import Claimed, DeliveryAttempt
from ..transports import Acknowledgement, Batch, Transport
from ..transports.wording import storable

logger = logging.getLogger(__name__)

KINDS = (Unreachable, Throttled, Denied, Rejected)
MAX_SMALL = 2**15 - 1
MAX_INT = 2**31 - 1


class Faulty(Unreachable):
    """Our own transport failed: perhaps over one event that it cannot read."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one request came to: ``outcome`` is the acknowledgement, or an error of one of the four kinds."""

    batch: Batch
    outcome: Acknowledgement | TransportError
    started_at: datetime
    duration_ms: int
    rows: list[Claimed] = field(repr=False)

    def save(self, pixel: str, using: str) -> int:
        """Store it and return its pk. Only failures keep the list of their events."""
        failed = isinstance(self.outcome, TransportError)
        row = DeliveryAttempt(
            pixel=pixel,
            batch_size=len(self.batch),
            batch_bytes=len(self.batch.text) if self.batch.text.isascii() else len(self.batch.text.encode()),
            duration_ms=min(self.duration_ms, MAX_INT),
            started_at=self.started_at,
            events=[row.pk for row in self.rows] if failed else [],
            **_columns(self.outcome),
        )
        row.save(using=using)
        return int(row.pk)


def attempt(transport: Transport, rows: list[Claimed]) -> Attempt:
    """Hand the rows to the transport. Raises nothing, whatever the transport does."""
    batch = Batch(tuple(row.payload for row in rows))
    started_at, clock = timezone.now(), time.perf_counter()
    outcome = _send(transport, batch)
    return Attempt(batch, outcome, started_at, int((time.perf_counter() - clock) * 1000), rows)


def _send(transport: Transport, batch: Batch) -> Acknowledgement | TransportError:
    try:
        answer = transport.send(batch)
    except KINDS as error:
        return error
    except Exception as error:  # noqa: BLE001 (a transport's bug must not stop the worker; its text may hold payloads)
        return _bug(type(error).__name__)
    return answer if isinstance(answer, Acknowledgement) else _bug(f"send() returned {type(answer).__name__}")


def _bug(what: str) -> Faulty:
    logger.error("The transport failed (%s); the events wait for another try.", what, extra=fields(error=what))
    return Faulty(what)


def _columns(outcome: Acknowledgement | TransportError) -> dict[str, Any]:
    if isinstance(outcome, Acknowledgement):
        return {
            "kind": DeliveryAttempt.Kind.DELIVERED,
            "http_status": _bounded(outcome.http_status, MAX_SMALL),
            "trace_id": storable(outcome.trace_id, most=64),
            "message": storable("; ".join(outcome.messages), most=300),
            "events_received": _bounded(outcome.events_received, MAX_INT),
        }
    return {
        "kind": next(kind.kind for kind in KINDS if isinstance(outcome, kind)),
        "http_status": _bounded(outcome.http_status, MAX_SMALL),
        "code": _bounded(outcome.code, MAX_INT),
        "subcode": _bounded(outcome.subcode, MAX_INT),
        "trace_id": storable(outcome.trace_id, most=64),
        "message": storable(str(outcome), most=300),
    }


def _bounded(number: int | None, most: int) -> int | None:
    return number if number is not None and 0 <= number <= most else None
