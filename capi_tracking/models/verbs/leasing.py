"""What goes out: rows are leased, and what came back is recorded."""

import uuid
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, NamedTuple, Self

from django.db import connections, models, transaction
from django.db.models import Case, F, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from ..database.clock import DatabaseNow, later
from ..states import (
    LEASE_LIMIT,
    UNSETTLED,
    Status,
)
from .closing import Closing, tried

ROUNDS = 3  # of a claim, where others are always faster
CLOCKS_DIFFER = timedelta(seconds=30)  # by so much without harm


class Claimed(NamedTuple):
    """What delivery needs of a leased row; values, since instances cost a quarter of the drain."""

    pk: int
    key: str
    payload: str
    is_late: bool
    leases: int
    strikes: int
    environment: str
    is_early: bool = False


def pks_of(rows: Iterable[Claimed]) -> list[int]:
    return [row.pk for row in rows]


# A lease that ran out was one without an answer.
_UNANSWERED = Case(
    When(status=Status.LEASED, leases__lt=LEASE_LIMIT, then=F("leases") + 1),
    default=F("leases"),
    output_field=models.PositiveSmallIntegerField(),
)


class Leasing(Closing):
    """The verbs of a worker."""

    def claim(
        self, pixel: str, priority: int, *, limit: int, lease: timedelta, skip: int = 0
    ) -> tuple[str, list[Claimed]]:
        """Lease up to ``limit`` due rows, after the first ``skip``, to the caller alone. Returns the lease's token too."""
        token = uuid.uuid4().hex
        rows = self.due(pixel, priority)[skip : skip + limit]
        if not connections[self.db].features.has_select_for_update_skip_locked:
            return token, self._claim_first(rows, token, lease)
        if not self.has_due(pixel, priority):  # an idle worker takes no lock and opens no transaction
            return token, []
        with transaction.atomic(using=self.db):
            claimed = rows.select_for_update(skip_locked=True)._as_claimed(_UNANSWERED)
            if claimed:
                self.those(pks_of(claimed))._lease(token, lease)
        return token, claimed

    def _claim_first(self, rows: Self, token: str, lease: timedelta) -> list[Claimed]:
        """In autocommit: SQLite that reads first and writes later in one transaction is locked out by others.

        Read after the lease, as an order may have been completed since. Another worker may be faster with all of them.
        """
        for _ in range(ROUNDS):
            if not (pks := list(rows.values_list("pk", flat=True))):
                break
            chosen = self.those(pks)
            if chosen.filter(due_at__lte=DatabaseNow())._lease(token, lease):
                return chosen.filter(lease_token=token).order_by("id")._as_claimed(F("leases"))
        return []

    def _as_claimed(self, leases: Combinable) -> list[Claimed]:
        """The database says what is late, and what has not happened yet: any host's clock may be wrong."""
        late = Case(When(deadline_at__lte=DatabaseNow(), then=Value(True)), default=Value(False))
        early = Case(When(event_time__gt=later(CLOCKS_DIFFER), then=Value(True)), default=Value(False))
        seen = self.annotate(is_late=late, is_early=early, unanswered=leases)
        columns = ("unanswered" if name == "leases" else name for name in Claimed._fields)
        return [Claimed(*values) for values in seen.values_list(*columns)]

    def _lease(self, token: str, lease: timedelta) -> int:
        return self.update(
            # before the status: MySQL assigns from left to right
            leases=_UNANSWERED,
            status=Status.LEASED,
            lease_token=token,
            due_at=DatabaseNow() + lease,
        )

    def extend(self, token: str, pks: Collection[int], lease: timedelta) -> bool:
        """Renew the lease before a request. False if any row was lost to another worker."""
        return self.held_by(token, pks).update(due_at=DatabaseNow() + lease) == len(pks)

    def last_chance(self, token: str, pk: int, lease: timedelta) -> bool:
        """Renew the lease of a row that killed its workers, once more. False if it was lost to another worker."""
        return bool(self.held_by(token, [pk]).update(due_at=DatabaseNow() + lease, leases=LEASE_LIMIT + 1))

    def settle(self, pks: Collection[int], *, attempt: int | None, short: bool, test: bool) -> int:
        """Meta took them. Final, whoever holds the lease."""
        sent: dict[str, Any] = {"attempt": attempt, "short_ack": short, "is_test": test, "sent_at": timezone.now()}
        done = self.those(pks).filter(status__in=UNSETTLED)._close(Status.SENT, reason="", **sent)
        if done < len(pks):  # withdrawn meanwhile: what Meta got is said, and why it was to go no more
            withdrawn = self.those(pks).filter(status=Status.CANCELLED).exclude(lease_token="")
            withdrawn.mark_changed()
            done += withdrawn._close(Status.SENT, **sent)
        return done

    def put_back(
        self, token: str, pks: Collection[int], *, wait: timedelta, attempt: int | None = None, strike: bool = False
    ) -> int:
        """Not sent: they wait for another try. ``strike``: the answer may have been these events' own fault."""
        return self.held_by(token, pks).update(
            status=Status.PENDING,
            lease_token="",
            due_at=DatabaseNow() + wait,
            strikes=F("strikes") + int(strike),
            **tried(attempt),
            updated_at=timezone.now(),
        )

    def postpone(self, token: str, pks: Collection[int]) -> int:
        """Told by a host whose clock runs ahead: they wait until they have happened."""
        return self.held_by(token, pks).update(
            status=Status.PENDING, lease_token="", due_at=F("event_time"), updated_at=timezone.now()
        )

    def strike(self, token: str, pks: Collection[int], *, attempt: int) -> int:
        """The answer spoke against them; they stay leased and go again in smaller parts."""
        return self.held_by(token, pks).update(strikes=F("strikes") + 1, **tried(attempt))

    def hold(self, token: str, pks: Collection[int], *, reason: str, attempt: int | None = None) -> int:
        """Wait for a person: the pixel is refused, or the row is another environment's."""
        return self.held_by(token, pks).update(
            status=Status.HELD,
            lease_token="",
            due_at=None,
            reason=reason,
            **tried(attempt),
            updated_at=timezone.now(),
        )

    def bury(self, token: str, pks: Collection[int], *, reason: str, attempt: int | None = None) -> int:
        """Meta will never take these: kept, explained, open to replay."""
        return self.held_by(token, pks)._close(Status.DEAD, reason=reason, attempt=attempt)
