import secrets as randomness
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..keyed_hashes import keyed_hash, secret_keys

MARK = "capi_"  # so that whoever finds one knows what it is
SHOWN = len(MARK) + 6
LONGEST = 100
PURPOSE = "api_key"
USE_IS_NOTED = timedelta(minutes=1)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def issue(self, key: "ApiKey") -> str:
        """Store a new key and return its secret, which is kept nowhere and can't be shown again."""
        secret = MARK + randomness.token_urlsafe(32)
        key.prefix, key.digest = secret[:SHOWN], keyed_hash(secret, purpose=PURPOSE)
        key.save(using=self.db, force_insert=True)
        return secret

    def bearer(self, secret: str) -> "ApiKey | None":
        """The key with this secret, unless it is revoked. Secrets outlive a change of ``SECRET_KEY`` by its fallbacks."""
        if not secret.startswith(MARK) or len(secret) > LONGEST:
            return None
        digests = [keyed_hash(secret, purpose=PURPOSE, key=each) for each in secret_keys()]
        return self.filter(digest__in=digests, revoked_at=None).first()

    def used(self, key: "ApiKey") -> None:
        """Note that it is in use: once a minute, or all its requests would wait for one row."""
        now = timezone.now()
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_IS_NOTED)
        if key.last_used_at is None or key.last_used_at < now - USE_IS_NOTED:
            self.filter(stale, pk=key.pk).update(last_used_at=now)

    def revoke(self) -> int:
        """Refuse them from the next request on. For good."""
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())


class ApiKey(models.Model):
    """A key with which another system writes events. Its secret is kept as a keyed hash alone.

    ``events``: the names that it may write, none for all; ``policy``: under which consent go events that bring none.
    """

    name = models.CharField(_("name"), max_length=100, help_text=_("Which system has it: a till, the CRM, the app."))
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=32, unique=True, editable=False)
    pixels: Any = models.JSONField(_("pixels"), default=list)
    events: Any = models.JSONField(_("event names"), default=list, blank=True)
    policy = models.CharField(
        _("consent policy"),
        max_length=64,
        blank=True,
        default="",
        help_text=_(
            "The name of the policy under which all customers of that system have agreed. It counts for events that bring "
            "no consent of their own. Leave it empty if there is none: such events are then not sent."
        ),
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
