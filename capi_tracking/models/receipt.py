from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .exact import ExactCharField
from .inserts import insert_once


class BrowserState(models.IntegerChoices):
    """What the browser's beacon knows of its copy. Only rises."""

    UNKNOWN = 0, _("unknown")
    BLOCKED = 1, _("blocked")
    HANDED_OVER = 2, _("handed over")


class ReceiptQuerySet(models.QuerySet["BrowserReceipt"]):
    def raise_to(self, row: "BrowserReceipt") -> None:
        """Keep the receipt, or lift the one that is there already to a higher state."""
        insert_once(self, row, same="event_name")
        if row.state:
            same = self.filter(key=row.key, visitor_key=row.visitor_key, state__lt=row.state)
            same.update(state=row.state, detail=row.detail, changed_at=row.changed_at)


class BrowserReceipt(models.Model):
    """What one visitor's browser did with its copy of an event: one row per key and visitor."""

    State = BrowserState

    key = models.CharField(_("key"), max_length=64)
    visitor_key = models.CharField(_("visitor"), max_length=16, blank=True, default="")
    pixel = ExactCharField(_("pixel"), max_length=64)
    event_name = ExactCharField(_("event"), max_length=100)
    event_id = ExactCharField(_("event id"), max_length=100)
    state = models.PositiveSmallIntegerField(_("state"), choices=BrowserState, default=BrowserState.UNKNOWN)
    detail = models.CharField(_("detail"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("first heard"), default=timezone.now, db_index=True)
    changed_at = models.DateTimeField(_("last changed"), default=timezone.now)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("browser receipt")
        verbose_name_plural = _("browser receipts")
        constraints = [models.UniqueConstraint(fields=["key", "visitor_key"], name="capi_one_receipt_per_visitor")]
        indexes = [models.Index(fields=["event_id"], name="capi_receipt_event_id")]

    def __str__(self) -> str:
        return f"{self.event_name} {self.event_id}: {self.get_state_display()}"

    @property
    def handed_over_at(self) -> datetime | None:
        return self.changed_at if self.state == BrowserState.HANDED_OVER else None
