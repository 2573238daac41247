from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..consent import ConsentState
from .database.inserts import insert_once
from .exact import ExactCharField

WITHDRAWN = "withdrawn"
NOBODY: dict[str, str | None] = {
    **dict.fromkeys(("fbp", "fbc", "user_agent", "url", "referrer"), ""),
    **dict.fromkeys(("client_ip", "visitor_key", "email_key", "external_key")),
}


class CheckoutQuerySet(models.QuerySet["CheckoutContext"]):
    def remember(self, row: "CheckoutContext") -> None:
        """Keep what the visitor's first request said; later ones change nothing."""
        insert_once(self, row, same="key")

    def revoke(self, at: datetime, *, limit: int) -> int:
        """Of up to ``limit`` contexts the decision alone is left: denied since then, as it was withdrawn."""
        pks = list(self.exclude(consent_state=ConsentState.DENIED).values_list("pk", flat=True)[:limit])
        decision = {"consent_state": ConsentState.DENIED, "consent_source": WITHDRAWN, "consent_at": at}
        return self.filter(pk__in=pks).update(**decision, **NOBODY) if pks else 0


class CheckoutContext(models.Model):
    """What the buyer's browser said at checkout, for a payment that arrives without one."""

    key = ExactCharField(_("key"), max_length=128, unique=True)
    fbp = models.CharField(max_length=255, blank=True, default="")
    fbc = models.CharField(max_length=1000, blank=True, default="")
    client_ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=1000, blank=True, default="")
    url = models.CharField(_("address"), max_length=1000, blank=True, default="")
    referrer = models.CharField(_("referrer"), max_length=1000, blank=True, default="")
    consent_state = models.CharField(_("consent"), max_length=8, choices=ConsentState)
    consent_policy = models.CharField(_("consent policy"), max_length=64, blank=True, default="")
    consent_source = models.CharField(_("consent from"), max_length=64, blank=True, default="")
    consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    visitor_key = models.CharField(max_length=16, null=True, blank=True, db_index=True)  # noqa: DJ001
    email_key = models.CharField(max_length=16, null=True, blank=True, db_index=True)  # noqa: DJ001
    external_key = models.CharField(max_length=16, null=True, blank=True, db_index=True)  # noqa: DJ001
    created_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        _("first seen"), default=timezone.now, db_index=True
    )

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkout context")
        verbose_name_plural = _("checkout contexts")

    def __str__(self) -> str:
        return f"{self.key}: {self.get_consent_state_display()}"
