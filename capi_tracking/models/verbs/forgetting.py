"""What is taken out of rows: the customer's data, by itself or because the customer asks."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from ..database.clock import DatabaseNow
from ..states import (
    MAY_GO,
    STILL_WHOLE,
    UNSETTLED,
    WITHDRAWABLE,
    Status,
)
from .closing import Closing
from .following import KEYS


class Forgetting(Closing):
    """The verbs of privacy."""

    def redact(self, after: timedelta, *, limit: int) -> int:
        """Take the customer's data out of up to ``limit`` rows that were settled longer than ``after`` ago.

        What is dead may be tried again until its deadline: it keeps its payload so long, and no longer.
        """
        settled = self.filter(redacted_at=None, settled_at__isnull=False, settled_at__lte=DatabaseNow() - after)
        over = settled.exclude(status__in=(*UNSETTLED, Status.DEAD)).order_by("settled_at")
        # a query of its own: with OR no index would lead to either
        hopeless = self.in_status(Status.DEAD).filter(redacted_at=None, deadline_at__lte=DatabaseNow())
        pks = list(over.values_list("pk", flat=True)[:limit])
        pks += hopeless.values_list("pk", flat=True)[: limit - len(pks)]
        return (
            self.filter(pk__in=pks, redacted_at=None)
            .exclude(status__in=UNSETTLED)
            .update(payload="", redacted_at=timezone.now())
        )

    def revoke(self, reason: str, *, limit: int) -> int:
        """Consent was withdrawn: up to ``limit`` rows that are not sent never are, and the customer's data goes at once.

        What is being sent now keeps the mark of its lease: if Meta takes it, it is sent; else nobody sends it again.
        """
        pks = list(self.filter(MAY_GO).values_list("pk", flat=True)[:limit])
        return self.filter(MAY_GO, pk__in=pks)._close(
            Status.CANCELLED, reason=reason, payload="", redacted_at=timezone.now(), lease_token=F("lease_token")
        )

    def strip(self, *, limit: int) -> int:
        """Take the customer's data out of up to ``limit`` rows that are settled, before its time."""
        whole = self.filter(STILL_WHOLE).exclude(status__in=WITHDRAWABLE)
        pks = list(whole.values_list("pk", flat=True)[:limit])
        rows = self.filter(pk__in=pks).exclude(status__in=WITHDRAWABLE)
        return rows.update(payload="", redacted_at=timezone.now()) if pks else 0

    def unname(self, *, limit: int) -> int:
        """Take the person's keys out of up to ``limit`` rows without customer data. What was sold, and when, stays."""
        pks = list(self.exclude(redacted_at=None).values_list("pk", flat=True)[:limit])
        self.filter(pk__in=pks).mark_changed()  # as long as keys lead from them to others
        nobody = dict.fromkeys((*KEYS, "phone_key"))
        return self.filter(pk__in=pks).update(**nobody, updated_at=timezone.now()) if pks else 0
