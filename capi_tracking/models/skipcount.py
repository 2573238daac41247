from collections.abc import Mapping
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from .database.inserts import add_counts
from .exact import ExactCharField

PLACE = ("day", "pixel", "event_name", "reason")
Place = tuple[date, str, str, str]


class SkipQuerySet(models.QuerySet["SkipCount"]):
    def add(self, day: date, pixel: str, event_name: str, reason: str) -> None:
        """Count one page event that was not sent."""
        self.add_all({(day, pixel, event_name, reason): 1})

    def add_all(self, counts: Mapping[Place, int]) -> None:
        """Count page events that were not sent, by day, pixel, event name and reason. One statement."""
        # in one order, so that two who count the same do not wait for each other
        rows = [
            SkipCount(**dict(zip(PLACE, place, strict=True)), count=count) for place, count in sorted(counts.items())
        ]
        if rows:
            add_counts(self, rows, place=PLACE)


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
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.event_name} {self.reason}: {self.count}"
