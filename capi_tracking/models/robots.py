from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database.inserts import add_counts
from .exact import ExactCharField

SLICE = timedelta(minutes=10)
PLACE = ("since", "pixel")


class RobotQuerySet(models.QuerySet["RobotCount"]):
    def add_all(self, counts: Mapping[str, int]) -> None:
        """Count, by pixel, page events of robots that come now. One statement."""
        since = slice_of(timezone.now())
        rows = [RobotCount(since=since, pixel=pixel, count=count) for pixel, count in sorted(counts.items())]
        if rows:
            add_counts(self, rows, place=PLACE)


class RobotCount(models.Model):
    """How many page events of robots came in ten minutes: what the day's count of skips can't tell of a flood."""

    since = models.DateTimeField(_("from"))
    pixel = ExactCharField(_("pixel"), max_length=64)
    count = models.PositiveBigIntegerField(_("count"), default=0)

    objects = RobotQuerySet.as_manager()

    class Meta:
        verbose_name = _("page events of robots")
        verbose_name_plural = _("page events of robots")
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_robot_count_a_slice")]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M} {self.pixel}: {self.count}"


def slice_of(at: datetime) -> datetime:
    """When the ten minutes began."""
    return at.replace(minute=at.minute - at.minute % 10, second=0, microsecond=0)
