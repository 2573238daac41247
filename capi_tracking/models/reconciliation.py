from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    def unfinished(self, *, for_at_most: timedelta) -> "Reconciliation | None":
        """The latest, if it stopped in the middle not too long ago to be gone on with."""
        latest = self.order_by("-pk").first()
        if latest is None or latest.position is None:
            return None
        return latest if latest.started_at > timezone.now() - for_at_most else None


class Reconciliation(models.Model):
    """One comparison of the orders of [``since``, ``until``) with the outbox.

    ``counts``: sales by outcome, differences by kind, what was recorded; ``position``: how far one came that ran out of time.
    """

    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    since = models.DateTimeField(_("orders since"))
    until = models.DateTimeField(_("orders until"))
    is_recording = models.BooleanField(_("records what is missing"), default=False)
    counts: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("counts"), default=dict)
    position: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True, editable=False)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"
