"""What may happen to the outbox's rows: **every status change is a verb here**, or in one of the files beside."""

from decimal import Decimal

from django.utils import timezone

from ...conf import conf
from ..database.clock import DatabaseNow
from ..rollup import mark_stale
from ..states import (
    MAY_BE_CANCELLED,
    MAY_BE_RELEASED,
    MAY_BE_RETRIED,
    Status,
)
from .forgetting import Forgetting
from .leasing import Leasing
from .recording import Recording
from .sweeping import Sweeping


class OutboxQuerySet(Recording, Leasing, Sweeping, Forgetting):  # type: ignore[override]  # whose managers nobody asks for
    """All of them, and those of staff."""

    def release(self) -> int:
        """What was held goes on, due now, as if made in this environment. Deadlines ran on meanwhile."""
        return self.filter(MAY_BE_RELEASED).update(
            status=Status.PENDING,
            due_at=DatabaseNow(),
            reason="",
            environment=conf.ENVIRONMENT,
            updated_at=timezone.now(),
        )

    def retry(self) -> int:
        """Try again what waits, is held or is dead and not yet too old, with the same id and time."""
        again = self.filter(MAY_BE_RETRIED)
        # what was settled and waits anew: no index leads to that
        mark_stale(again.filter(status=Status.DEAD).values_list("event_time", flat=True), using=self.db)
        return again.update(
            status=Status.PENDING,
            due_at=DatabaseNow(),
            leases=0,
            strikes=0,
            reason="",
            environment=conf.ENVIRONMENT,
            settled_at=None,
            updated_at=timezone.now(),
        )

    def cancel(self, reason: str = "by_staff") -> int:
        """Never send what has not been sent; the customer's data goes at once. What is being sent now stays."""
        return self.filter(MAY_BE_CANCELLED)._close(
            Status.CANCELLED, reason=reason, payload="", redacted_at=timezone.now()
        )

    def refund(self, pk: int, before: Decimal | None, now: Decimal) -> int:
        """Note how much of its value was given back by now. 0 if somebody else has noted another amount."""
        seen = self.filter(pk=pk, refunded=before) if before is not None else self.filter(pk=pk, refunded=None)
        return seen.update(refunded=now, updated_at=timezone.now())
