"""Which of the outbox's rows: each question as the index that answers it wants it asked."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db import models

from ..database.clock import DatabaseNow
from ..database.oneof import OneOf
from ..states import INCOMPLETE, SHORT_ACK, UNSENT, UNSETTLED, Status

if TYPE_CHECKING:
    from ..outbox import OutboxEvent  # noqa: F401 - what these rows are


class OutboxRows(models.QuerySet["OutboxEvent"]):
    """What the verbs are told to act on."""

    def due(self, pixel: str, priority: int) -> Self:
        """Rows to send now, leases that ran out among them, the oldest first: in the order of the claim index."""
        # Neither "=" nor "id" alone: PostgreSQL would walk the primary key instead, through all that was ever sent.
        waiting = self.filter(pixel=pixel, queue__gte=priority, queue__lte=priority)
        return waiting.filter(due_at__lte=DatabaseNow()).order_by("queue", "id")

    def has_due(self, pixel: str, priority: int) -> bool:
        # not exists(): that drops the order, and PostgreSQL then reads the whole table for what is at its end
        return self.due(pixel, priority).values_list("pk", flat=True).first() is not None

    def held_by(self, token: str, pks: Collection[int]) -> Self:
        """Those of the rows that the lease still covers: failures are recorded on these alone."""
        return self.those(pks).filter(status=Status.LEASED, lease_token=token)

    def those(self, pks: Collection[int]) -> Self:
        return self.filter(OneOf(pks))

    def waiting(self) -> Self:
        # both times are empty then, and lead the index to these rows
        return self.filter(status__in=UNSETTLED, redacted_at=None, settled_at=None)

    def in_status(self, status: str) -> Self:
        """Rows of this status, led by an index to all but the sent ones."""
        rows = self.waiting() if status in UNSETTLED else self
        return rows.filter(status=status, **({"set_apart": status} if status in UNSENT else {}))

    def with_odd_answers(self) -> Self:
        """Sent, but Meta's answer named another number of events."""
        return self.filter(short_ack=True, set_apart=SHORT_ACK)

    def settled(self) -> Self:
        return self.exclude(status__in=UNSETTLED)

    def incomplete(self, order_key: str) -> Self:
        """An order's rows whose contents may still change."""
        return self.filter(INCOMPLETE, order_key=order_key)

    def on_order(self, pixel: str, event_name: str, order_key: str, part: str = "") -> Self:
        return self.filter(pixel=pixel, event_name=event_name, order_key=order_key, part=part)
