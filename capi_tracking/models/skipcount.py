from datetime import date

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from .exact import ExactCharField
from .inserts import insert_once


class SkipQuerySet(models.QuerySet["SkipCount"]):
    def add(self, day: date, pixel: str, event_name: str, reason: str) -> None:
        """Count one page event that was not sent."""
        place = {"day": day, "pixel": pixel, "event_name": event_name, "reason": reason}
        if not self.filter(**place).update(count=F("count") + 1):
            insert_once(self, SkipCount(**place), same="event_name")
            self.filter(**place).update(count=F("count") + 1)


class SkipCount(models.Model):
    """How many page events were not sent, by day and reason: too many for a row each."""

    day = models.DateField(_("day"))
    pixel = ExactCharField(_("pixel"), max_length=64)
    event_name = ExactCharField(_("event"), max_length=100)
    reason = models.CharField(_("reason"), max_length=64)
    count = models.PositiveBigIntegerField(_("count"), default=0)

    objects = SkipQuerySet.as_manager()

    class Meta:
        verbose_name = _("skipped page events")
        verbose_name_plural = _("skipped page events")
        constraints = [
            models.UniqueConstraint(fields=["day", "pixel", "event_name", "reason"], name="capi_one_count_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.event_name} {self.reason}: {self.count}"
