from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .exact import ExactCharField


class DeliveryAttempt(models.Model):
    """One HTTP request to Meta and what came back. Holds no payload and no token."""

    class Kind(models.TextChoices):
        DELIVERED = "delivered", _("delivered")
        UNREACHABLE = "unreachable", _("no answer")
        THROTTLED = "throttled", _("throttled")
        DENIED = "denied", _("denied")
        REJECTED = "rejected", _("rejected")

    pixel = ExactCharField(_("pixel"), max_length=64)
    kind = models.CharField(_("outcome"), max_length=16, choices=Kind)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    code = models.IntegerField(_("code"), null=True, blank=True)
    subcode = models.IntegerField(_("subcode"), null=True, blank=True)
    trace_id = models.CharField(_("trace id"), max_length=64, blank=True, default="")
    message = models.CharField(_("message"), max_length=300, blank=True, default="")
    batch_size = models.PositiveIntegerField(_("events"))
    batch_bytes = models.PositiveIntegerField(_("bytes"), default=0)
    events_received = models.PositiveIntegerField(_("events received"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration, ms"))
    events: Any = models.JSONField(_("events of a failed attempt"), default=list, blank=True)
    started_at = models.DateTimeField(_("started"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        indexes = [
            models.Index(fields=["pixel", "started_at"], name="capi_attempts_of_pixel"),
            models.Index(fields=["kind", "started_at"], name="capi_attempts_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.batch_size}) {self.started_at:%Y-%m-%d %H:%M:%S}"
