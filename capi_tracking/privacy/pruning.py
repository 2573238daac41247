"""What goes by itself: redaction and pruning."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import DateField, Model, QuerySet
from django.db.models.functions import Cast

from ..conf import conf
from ..models import (
    BrowserReceipt,
    CheckoutContext,
    DeliveryAttempt,
    Omission,
    OrderDifference,
    OutboxEvent,
    PageReport,
    QualityFetch,
    QualitySnapshot,
    Reconciliation,
    RobotCount,
    SkipCount,
    Withdrawal,
)
from ..models.database.clock import DatabaseNow
from ..models.database.slices import delete, in_slices, unhurried
from ..models.states import KEPT_AT_LEAST

ROBOTS_KEPT = timedelta(days=7)


@dataclass(slots=True)
class Cleared:
    """How many rows lost their payload, and how many were deleted."""

    redacted: int = 0
    events: int = 0
    attempts: int = 0
    receipts: int = 0
    contexts: int = 0
    counts: int = 0
    reports: int = 0
    withdrawals: int = 0
    differences: int = 0
    reconciliations: int = 0
    snapshots: int = 0
    fetches: int = 0

    def __add__(self, other: "Cleared") -> "Cleared":
        return Cleared(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __str__(self) -> str:
        return (
            f"{self.redacted} redacted; deleted: {self.events} events, {self.attempts} attempts, "
            f"{self.receipts} receipts, {self.contexts} checkout contexts, {self.counts} counts, "
            f"{self.reports} page reports, {self.withdrawals} withdrawals, "
            f"{self.differences} differences, {self.reconciliations} reconciliations, "
            f"{self.snapshots} days of Meta's numbers, {self.fetches} questions to Meta"
        )


def prune(using: str = "default") -> Cleared:
    """Redact what is settled since ``REDACT_AFTER``, delete what is older than ``PRUNE_AFTER``.

    Both by the database's clock, and nothing of the last 63 days is deleted. A bounded number of slices: what is left
    over is for the next call, which goes on where this one ended. Contexts go when no payment may use them any more
    (``CONTEXT_DAYS``).
    """
    old = DatabaseNow() - max(conf.PRUNE_AFTER, KEPT_AT_LEAST)
    forgotten = DatabaseNow() - timedelta(days=conf.CONTEXT_DAYS)
    return Cleared(
        redacted=_gone(partial(OutboxEvent.objects.using(using).redact, conf.REDACT_AFTER)),
        events=_delete(OutboxEvent.objects.using(using).settled().filter(event_time__lt=old)),
        attempts=_delete(DeliveryAttempt.objects.using(using).filter(started_at__lt=old)),
        receipts=_delete(BrowserReceipt.objects.using(using).filter(created_at__lt=old)),
        contexts=_delete(CheckoutContext.objects.using(using).filter(created_at__lt=forgotten)),
        counts=sum(_delete_days(model, old, using) for model in (SkipCount, Omission)) + _delete_robots(using),
        reports=_delete_days(PageReport, old, using),
        withdrawals=_delete(Withdrawal.objects.using(using).filter(withdrawn_at__lt=old)),
        differences=_delete(OrderDifference.objects.using(using).filter(event_time__lt=old)),
        reconciliations=_delete(Reconciliation.objects.using(using).filter(started_at__lt=old)),
        snapshots=_delete_days(QualitySnapshot, old, using),
        fetches=_delete(QualityFetch.objects.using(using).filter(started_at__lt=old)),
    )


def _delete_days(model: type[Model], old: Any, using: str) -> int:
    return _delete(model._default_manager.using(using).filter(day__lt=Cast(old, DateField())))


def _delete_robots(using: str) -> int:
    """The day's counts stay, among the skips."""
    return _delete(RobotCount.objects.using(using).filter(since__lt=DatabaseNow() - ROBOTS_KEPT))


def _delete(rows: QuerySet[Any]) -> int:
    return _gone(partial(delete, rows))


def _gone(verb: Callable[..., int]) -> int:
    """Nobody waits for it, and everybody who buys meanwhile shares the disk with it."""
    return in_slices(unhurried(verb))
