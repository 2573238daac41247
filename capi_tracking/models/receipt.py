from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database.inserts import raise_states
from .exact import ExactCharField
from .indexes import SparseIndex


class BrowserState(models.IntegerChoices):
    """What the browser's beacon knows of its copy. Only rises."""

    UNKNOWN = 0, _("unknown")
    BLOCKED = 1, _("blocked")
    HANDED_OVER = 2, _("handed over")


PLACE = ("key", "visitor_key")
NOBODYS = "-"  # begins what stands in place of a visitor's key


class ReceiptQuerySet(models.QuerySet["BrowserReceipt"]):
    def raise_to(self, rows: "Iterable[BrowserReceipt]") -> None:
        """Keep the receipts, or lift those that are there already to a higher state. One statement."""
        highest = {(row.key, row.visitor_key): row for row in sorted(rows, key=lambda row: row.state)}
        if highest:
            # in one order, so that two who tell the same do not wait for each other
            raise_states(self, [highest[place] for place in sorted(highest)], place=PLACE)

    def unname(self, *, limit: int) -> int:
        """Put up to ``limit`` receipts under a mark of their own, which leads to no browser and to no other receipt."""
        pks = list(self.values_list("pk", flat=True)[:limit])
        own = Concat(Value(NOBODYS), Cast("pk", models.CharField()), output_field=models.CharField())
        return self.filter(pk__in=pks).update(visitor_key=own) if pks else 0


class BrowserReceipt(models.Model):
    """What one visitor's browser did with its copy of an event: one row per key and visitor.

    ``corrected_at``: when it told better of what it had told before; empty for most.
    """

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
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True, editable=False)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("browser receipt")
        verbose_name_plural = _("browser receipts")
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_receipt_per_visitor")]
        indexes = [
            models.Index(fields=["event_id"], name="capi_receipt_event_id"),
            models.Index(fields=["visitor_key"], name="capi_receipt_visitor_key"),
            SparseIndex(fields=["corrected_at"], sparse="corrected_at", name="capi_receipt_corrected"),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} {self.event_id}: {self.get_state_display()}"

    @property
    def handed_over_at(self) -> datetime | None:
        return self.changed_at if self.state == BrowserState.HANDED_OVER else None
