"""How a row ends, and what an end leaves behind."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from ..database.clock import DatabaseNow
from ..rollup import is_added_up, mark_stale
from .asking import OutboxRows
from .following import KEYS, Teller, later_sales


def tried(attempt: int | None) -> dict[str, Any]:
    """What one more request leaves on its rows. An answered lease is no unanswered one."""
    return {"attempts": F("attempts") + 1, "last_attempt": attempt, "leases": 0} if attempt else {}


class Closing(OutboxRows):
    """What the verbs have in common."""

    def _close(self, status: str, *, attempt: int | None = None, **values: Any) -> int:
        values = {"lease_token": "", **tried(attempt), **values}
        return self.update(
            # the database's clock, which redaction goes by: a worker's may be years off
            status=status,
            due_at=None,
            settled_at=DatabaseNow(),
            updated_at=timezone.now(),
            **values,
        )

    def mark_changed(self, *, since: datetime | None = None) -> None:
        """No index leads to what changes in these rows: what was added up of them, and of sales that they tell of, is stale.

        ``since``: when they happened, as far as the caller knows. Of the last hour nothing is added up, and nothing is asked.
        """
        if since is not None and not is_added_up(since):
            return
        tellers = [Teller(*values) for values in self.values_list("updated_at", "event_time", *KEYS)]
        old = [each for each in tellers if is_added_up(each.event_time)]
        if old:
            sales = later_sales(old, self.model._default_manager.using(self.db))
            mark_stale([*(each.event_time for each in old), *sales], using=self.db)
