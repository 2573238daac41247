"""What may happen to the outbox's rows: **every status change is a verb here**."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connections, models, transaction
from django.db.models import Case, F, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from ...conf import conf
from ..database.clock import DatabaseNow, later
from ..database.inserts import insert_all, insert_once
from ..database.seen import mark_seen
from ..rollup import is_added_up, mark_stale
from ..states import (
    INCOMPLETE,
    LEASE_LIMIT,
    MAY_BE_CANCELLED,
    MAY_BE_RELEASED,
    MAY_BE_RETRIED,
    MAY_GO,
    PAIR_WINDOW,
    SHADOW,
    STILL_WHOLE,
    UNSETTLED,
    URGENT,
    WITHDRAWABLE,
    Priority,
    Status,
)
from .asking import OutboxRows
from .following import KEYS, Teller, later_sales
from .superseding import may_supersede, supersede

SAME = "event_name"  # in rows that collide by key and in rows that collide by order alike
ROUNDS = 3  # of a claim, where others are always faster
CLOCKS_DIFFER = timedelta(seconds=30)  # by so much without harm

if TYPE_CHECKING:
    from ..outbox import OutboxEvent


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


class Closed(NamedTuple):
    """What is told of a row that ended unsent."""

    key: str
    pixel: str
    status: str
    reason: str


def _tried(attempt: int | None) -> dict[str, Any]:
    """What one more request leaves on its rows. An answered lease is no unanswered one."""
    return {"attempts": F("attempts") + 1, "last_attempt": attempt, "leases": 0} if attempt else {}


def pks_of(rows: Iterable[Claimed]) -> list[int]:
    return [row.pk for row in rows]


# A lease that ran out was one without an answer.
_UNANSWERED = Case(
    When(status=Status.LEASED, leases__lt=LEASE_LIMIT, then=F("leases") + 1),
    default=F("leases"),
    output_field=models.PositiveSmallIntegerField(),
)


class OutboxQuerySet(OutboxRows):
    # -- in ------------------------------------------------------------------------------------------------------

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

    # -- out -----------------------------------------------------------------------------------------------------

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

    def _claim_first(self, rows: "OutboxQuerySet", token: str, lease: timedelta) -> list[Claimed]:
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
            **_tried(attempt),
            updated_at=timezone.now(),
        )

    def postpone(self, token: str, pks: Collection[int]) -> int:
        """Told by a host whose clock runs ahead: they wait until they have happened."""
        return self.held_by(token, pks).update(
            status=Status.PENDING, lease_token="", due_at=F("event_time"), updated_at=timezone.now()
        )

    def strike(self, token: str, pks: Collection[int], *, attempt: int) -> int:
        """The answer spoke against them; they stay leased and go again in smaller parts."""
        return self.held_by(token, pks).update(strikes=F("strikes") + 1, **_tried(attempt))

    def hold(self, token: str, pks: Collection[int], *, reason: str, attempt: int | None = None) -> int:
        """Wait for a person: the pixel is refused, or the row is another environment's."""
        return self.held_by(token, pks).update(
            status=Status.HELD,
            lease_token="",
            due_at=None,
            reason=reason,
            **_tried(attempt),
            updated_at=timezone.now(),
        )

    def bury(self, token: str, pks: Collection[int], *, reason: str, attempt: int | None = None) -> int:
        """Meta will never take these: kept, explained, open to replay."""
        return self.held_by(token, pks)._close(Status.DEAD, reason=reason, attempt=attempt)

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

    def hasten(self, *, limit: int) -> int:
        """Move up to ``limit`` rows that are near their deadline into the first class."""
        near = self.waiting().filter(
            status=Status.PENDING, priority=Priority.NORMAL, deadline_at__lte=DatabaseNow() + URGENT
        )
        pks = list(near.values_list("pk", flat=True)[:limit])
        return self.filter(pk__in=pks, status=Status.PENDING).update(priority=Priority.FIRST) if pks else 0

    def _close(self, status: str, *, attempt: int | None = None, **values: Any) -> int:
        values = {"lease_token": "", **_tried(attempt), **values}
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

    # -- by hand -------------------------------------------------------------------------------------------------

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

    def revoke(self, reason: str, *, limit: int) -> int:
        """Consent was withdrawn: up to ``limit`` rows that are not sent never are, and the customer's data goes at once.

        What is being sent now keeps the mark of its lease: if Meta takes it, it is sent; else nobody sends it again.
        """
        pks = list(self.filter(MAY_GO).values_list("pk", flat=True)[:limit])
        return self.filter(MAY_GO, pk__in=pks)._close(
            Status.CANCELLED, reason=reason, payload="", redacted_at=timezone.now(), lease_token=F("lease_token")
        )

    def refund(self, pk: int, before: Decimal | None, now: Decimal) -> int:
        """Note how much of its value was given back by now. 0 if somebody else has noted another amount."""
        seen = self.filter(pk=pk, refunded=before) if before is not None else self.filter(pk=pk, refunded=None)
        return seen.update(refunded=now, updated_at=timezone.now())

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
