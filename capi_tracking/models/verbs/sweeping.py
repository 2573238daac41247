"""What is to be done now and then, whoever has the rows: closed, passed over, held, hastened."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from ..database.clock import DatabaseNow
from ..states import (
    PAIR_WINDOW,
    SHADOW,
    URGENT,
    Priority,
    Status,
)
from .closing import Closing


class Closed(NamedTuple):
    """What is told of a row that ended unsent."""

    key: str
    pixel: str
    status: str
    reason: str


class Sweeping(Closing):
    """The verbs of the sweep."""

    def expire(self, *, limit: int) -> list[Closed]:
        """Close up to ``limit`` rows past their deadline: too old for Meta, or a pair that would count twice.

        Rows under a lease that still runs are left to their worker.
        """
        now = DatabaseNow()
        late = self.waiting().filter(deadline_at__lte=now).exclude(status=Status.LEASED, due_at__gt=now)
        pks = list(late.values_list("pk", flat=True)[:limit])
        return late.filter(pk__in=pks)._lapse(pks) if pks else []

    def lapse(self, token: str, pks: Collection[int]) -> list[Closed]:
        """Close rows of this lease whose deadline has passed."""
        return self.held_by(token, pks)._lapse(pks)

    def _lapse(self, pks: Collection[int]) -> list[Closed]:
        mark = uuid.uuid4().hex  # tells what this call closed from what another worker did
        self.filter(browser_at__lte=DatabaseNow() - PAIR_WINDOW)._close(
            Status.SKIPPED, reason="pair_window_closed", lease_token=mark, payload="", redacted_at=timezone.now()
        )
        self._close(Status.EXPIRED, reason="too_old", lease_token=mark)
        closed = self.model._default_manager.using(self.db).filter(pk__in=pks, lease_token=mark)
        return [Closed(*values) for values in closed.values_list(*Closed._fields)]

    def pass_over(self, *, limit: int) -> int:
        """Shadow mode: close up to ``limit`` due rows in place of sending them. Going live sends none of them again."""
        due = self.waiting().filter(due_at__lte=DatabaseNow())
        pks = list(due.values_list("pk", flat=True)[:limit])
        return due.filter(pk__in=pks)._close(Status.SKIPPED, reason=SHADOW, payload="", redacted_at=timezone.now())

    def hold_older(self, age: timedelta, *, limit: int) -> int:
        """Hold up to ``limit`` rows recorded longer than ``age`` ago that wait: a restored backup may hold sent ones.

        Those that are held already are held for this reason from now on, since no new token may let them go.
        """
        old = self.waiting().filter(created_at__lt=DatabaseNow() - age)
        old = old.exclude(status=Status.HELD, reason="restored")
        pks = list(old.values_list("pk", flat=True)[:limit])
        return old.filter(pk__in=pks).update(
            status=Status.HELD, lease_token="", due_at=None, reason="restored", updated_at=timezone.now()
        )

    def hasten(self, *, limit: int) -> int:
        """Move up to ``limit`` rows that are near their deadline into the first class."""
        near = self.waiting().filter(
            status=Status.PENDING, priority=Priority.NORMAL, deadline_at__lte=DatabaseNow() + URGENT
        )
        pks = list(near.values_list("pk", flat=True)[:limit])
        return self.filter(pk__in=pks, status=Status.PENDING).update(priority=Priority.FIRST) if pks else 0
