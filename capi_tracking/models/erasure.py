from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """That somebody's data was erased, when and by whom. Of the person nothing, not even a key."""

    done_at = models.DateTimeField(_("done"), default=timezone.now, db_index=True)
    done_by = models.CharField(_("by"), max_length=150)
    kinds = models.CharField(_("found by"), max_length=64)
    events = models.PositiveIntegerField(_("events"), default=0)
    cancelled = models.PositiveIntegerField(_("cancelled before sending"), default=0)
    contexts = models.PositiveIntegerField(_("checkout contexts"), default=0)
    receipts = models.PositiveIntegerField(_("browser receipts"), default=0)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self.done_at:%Y-%m-%d %H:%M:%S}: {self.events}"
