from collections.abc import Sequence
from datetime import datetime

from django.db import connections, models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .exact import ExactCharField
from .outbox import OutboxEvent

PLACE = ("order_key", "pixel", "event_name", "part")
TOLD = ("kind", "event_time", "value", "currency", "sent_value", "sent_currency", "found_at")


class DifferenceKind(models.TextChoices):
    """Why an order and its event differ. The first six are stored: of the others the event's own row tells."""

    NEVER_RECORDED = "never_recorded", _("never recorded")
    MISSED = "missed", _("never recorded, and too late now")
    UNREADABLE = "unreadable", _("the adapter failed")
    DRIFT = "drift", _("another value")
    GONE = "gone", _("told to Meta, but the order is gone")
    UNPAID = "unpaid", _("told to Meta, but not paid any more")
    UNDATED = "undated", _("paid, but nobody knows when")
    CONSENT = "consent", _("no consent")
    EXCLUDED = "excluded", _("excluded")
    CANCELLED = "cancelled", _("cancelled")
    SKIPPED = "skipped", _("skipped")
    HELD = "held", _("held")
    DEAD = "dead", _("dead")
    EXPIRED = "expired", _("expired")
    WINDOW_CLOSED = "window_closed", _("left to the browser's copy")


STORED = tuple(DifferenceKind)[:6]


class DifferenceQuerySet(models.QuerySet["OrderDifference"]):
    def tell(self, rows: "Sequence[OrderDifference]") -> None:
        """Keep what was found, in the place of what was found there before. One statement."""
        by_target = connections[self.db].features.supports_update_conflicts_with_target
        # in one order, so that two who compare at once do not wait for each other
        self.bulk_create(
            sorted(rows, key=lambda row: [getattr(row, name) for name in PLACE]),
            update_conflicts=True,
            update_fields=TOLD,
            unique_fields=PLACE if by_target else None,
        )

    def settled(self, start: datetime, end: datetime, *, since: datetime) -> "DifferenceQuerySet":
        """Those of the period that were not found again since that moment."""
        return self.filter(event_time__gte=start, event_time__lt=end, found_at__lt=since)

    def unrecorded(self) -> "DifferenceQuerySet":
        """Sales that have no row to this hour."""
        same = OutboxEvent.objects.using(self.db).filter(**{name: OuterRef(name) for name in PLACE})
        kinds = (DifferenceKind.NEVER_RECORDED, DifferenceKind.MISSED)
        return self.filter(~Exists(same), kind__in=kinds)


class OrderDifference(models.Model):
    """A sale that the shop's orders tell otherwise than the outbox, as the last comparison found it.

    ``value`` is the order's, ``sent_value`` the event's.
    """

    Kind = DifferenceKind

    order_key = ExactCharField(_("order"), max_length=128)
    pixel = ExactCharField(_("pixel"), max_length=64, blank=True, default="")
    event_name = ExactCharField(_("event"), max_length=100)
    part = ExactCharField(_("part of the order"), max_length=32, blank=True, default="")
    kind = models.CharField(_("difference"), max_length=16, choices=DifferenceKind)
    event_time = models.DateTimeField(_("time of the sale"))
    value = models.DecimalField(_("value"), max_digits=19, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    sent_value = models.DecimalField(_("value told"), max_digits=19, decimal_places=4, null=True, blank=True)
    sent_currency = models.CharField(_("currency told"), max_length=3, blank=True, default="")
    found_at = models.DateTimeField(_("found"), default=timezone.now)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_difference_per_sale")]
        indexes = [models.Index(fields=["event_time"], name="capi_difference_time")]

    def __str__(self) -> str:
        return f"{self.order_key}: {self.get_kind_display()}"
