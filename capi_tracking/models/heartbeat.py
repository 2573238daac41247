from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database.clock import DatabaseNow
from .database.inserts import insert_once

AT_MOST_EVERY = timedelta(minutes=1)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def beat(self, *names: str) -> None:
        """Note that these are alive, each once a minute at most: till then, one look and nothing written."""
        fresh = self.filter(name__in=names, beat_at__gt=DatabaseNow() - AT_MOST_EVERY).values_list("name", flat=True)
        for name in sorted(set(names) - set(fresh)):
            if not self.filter(name=name).update(beat_at=DatabaseNow()):
                insert_once(self, Heartbeat(name=name, beat_at=timezone.now()), same="name")


class Heartbeat(models.Model):
    """When a worker and the timetable last showed that they are alive."""

    class Name(models.TextChoices):
        WORKER = "worker", _("worker")
        BEAT = "beat", _("beat")

    name = models.CharField(_("name"), max_length=16, choices=Name, unique=True)
    beat_at = models.DateTimeField(_("alive"))

    objects = HeartbeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return str(self.name)
