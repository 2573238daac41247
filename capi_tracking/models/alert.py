from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database.clock import DatabaseNow
from .database.inserts import insert_all
from .exact import ExactCharField

CLAIM_LASTS = timedelta(minutes=10)  # whoever dies while telling leaves it to the next


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(cleared_at=None)

    def begin(self, keys: Iterable[str]) -> None:
        """Open these, if they are not: those that were over begin anew."""
        wanted = set(keys)
        wanted -= set(self.open().filter(key__in=wanted).values_list("key", flat=True))
        if not wanted:
            return
        anew = {"since": timezone.now(), "cleared_at": None, "claimed_at": None, "told_at": None, "tries": 0}
        self.filter(key__in=wanted).exclude(cleared_at=None).update(**anew)
        insert_all(self, [Alert(key=key, since=timezone.now()) for key in sorted(wanted)], same="key")

    def clear_others(self, keys: Iterable[str]) -> list[str]:
        """What is open and none of these is over; the keys of what this call ended and somebody was told of."""
        over = self.open().exclude(key__in=set(keys))
        told = list(over.exclude(told_at=None).values_list("key", flat=True))
        ended = [key for key in told if self.open().filter(key=key).update(cleared_at=timezone.now())]
        over.update(cleared_at=timezone.now())
        return ended

    def claim(self, key: str) -> bool:
        """True for the one who shall tell of it now."""
        is_free = Q(claimed_at=None) | Q(claimed_at__lte=DatabaseNow() - CLAIM_LASTS)
        waiting = self.open().filter(is_free, key=key, told_at=None)
        return bool(waiting.update(claimed_at=DatabaseNow(), tries=F("tries") + 1))

    def told(self, keys: Iterable[str]) -> None:
        self.filter(key__in=set(keys)).update(told_at=timezone.now())

    def give_back(self, keys: Iterable[str]) -> None:
        """They could not be told: somebody shall try again."""
        self.filter(key__in=set(keys), told_at=None).update(claimed_at=None)


class Alert(models.Model):
    """A trouble that staff are told of once until it clears. One row for each kind, pixel and subject.

    ``key``: these three, with bars between; ``tries``: how often somebody began to tell of it.
    """

    key = ExactCharField(_("key"), max_length=200, unique=True)
    since = models.DateTimeField(_("since"))
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")

    def __str__(self) -> str:
        return str(self.key)
