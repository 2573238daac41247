"""What comes in: rows, their final contents, and what browsers say of their copies."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from ..database.clock import DatabaseNow
from ..database.inserts import insert_all, insert_once
from ..database.seen import mark_seen
from ..states import (
    INCOMPLETE,
    PAIR_WINDOW,
    Status,
)
from .closing import Closing
from .superseding import may_supersede, supersede

SAME = "event_name"  # in rows that collide by key and in rows that collide by order alike
if TYPE_CHECKING:
    from ..outbox import OutboxEvent


class Recording(Closing):
    """The verbs of whoever records."""

    def record(self, row: "OutboxEvent") -> "OutboxEvent":
        """Insert the row unless its key, or its order's place, is taken: one statement.

        A second one only where a browser may have been first, whose word does not stand against the shop's.
        """
        if not insert_once(self, row, same=SAME) and may_supersede(row) and supersede(self, row):
            self.filter(key=row.key).mark_changed(since=row.event_time)
        return row

    def record_all(self, rows: "Sequence[OutboxEvent]") -> None:
        """Insert those rows whose key, or order's place, is not taken. One statement."""
        insert_all(self, rows, same=SAME)

    def complete(self, key: str, *, due_now: bool, **values: Any) -> int:
        """Give a row that still waits its final contents. One that its adapter had buried lives again."""
        values["due_at"] = DatabaseNow() if due_now else Coalesce("due_at", DatabaseNow())
        return (
            self.filter(key=key)
            .filter(INCOMPLETE)
            .update(
                **values,
                status=Status.PENDING,
                reason="",
                settled_at=None,
                redacted_at=None,
                updated_at=timezone.now(),
            )
        )

    def withdraw(self, key: str, reason: str, **values: Any) -> int:
        """A row that still waits may not be sent any more; the customer's data goes at once."""
        waiting = self.filter(key=key).filter(INCOMPLETE)
        return waiting._close(Status.SKIPPED, reason=reason, payload="", redacted_at=timezone.now(), **values)

    def browser_saw(self, keys: Collection[str], at: datetime) -> int:
        """The browser handed its copies over: from now on Meta pairs only until the window closes."""
        return mark_seen(self.model, self.db, sorted(keys), at, at + PAIR_WINDOW)
