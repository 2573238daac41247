from collections.abc import Mapping
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..minimisation import detection
from .database.inserts import add_counts
from .exact import ExactCharField

PLACE = ("day", "pixel", "event_name", "parameter", "kind")
Place = tuple[date, str, str, str, str]


class OmissionQuerySet(models.QuerySet["Omission"]):
    def add_all(self, counts: Mapping[Place, int]) -> None:
        """Count values that were left out, by their place. One statement."""
        # in one order, so that two who count the same do not wait for each other
        rows = [
            Omission(**dict(zip(PLACE, place, strict=True)), count=count) for place, count in sorted(counts.items())
        ]
        if rows:
            add_counts(self, rows, place=PLACE)


class Omission(models.Model):
    """How often custom data held what tells who somebody is, and was left out: by day and parameter, never the value."""

    class Kind(models.TextChoices):
        EMAIL = detection.EMAIL, _("e-mail address")
        PHONE = detection.PHONE, _("phone number")
        CARD = detection.CARD, _("card number")
        TOKEN = detection.TOKEN, _("token")

    day = models.DateField(_("day"))
    pixel = ExactCharField(_("pixel"), max_length=64)
    event_name = ExactCharField(_("event"), max_length=100)
    parameter = models.CharField(_("parameter"), max_length=32)
    kind = models.CharField(_("what it held"), max_length=8, choices=Kind)
    count = models.PositiveBigIntegerField(_("count"), default=0)

    objects = OmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("value left out")
        verbose_name_plural = _("values left out")
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_omission_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.event_name} {self.parameter}: {self.kind} {self.count}"
