from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .inserts import keep_latest

PLACE = ("kind", "key")


class PersonKey(models.TextChoices):
    """By which a person's rows are found again: the columns ``visitor_key``, ``external_key`` and so on."""

    VISITOR = "visitor", _("browser")
    EXTERNAL = "external", _("customer")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def note(self, keys: Mapping[str, str], *, at: datetime, reason: str) -> None:
        """Keep for each key (by its kind) that consent was withdrawn then; an earlier time changes nothing."""
        # in one order, so that two who note the same do not wait for each other
        rows = [Withdrawal(kind=kind, key=keys[kind], withdrawn_at=at, reason=reason) for kind in sorted(keys)]
        if rows:
            keep_latest(self, rows, place=PLACE)

    def latest_of(self, keys: Mapping[str, str]) -> datetime | None:
        """When the person of any of these keys last withdrew; None for never."""
        wanted = Q()
        for kind, key in keys.items():
            wanted |= Q(kind=kind, key=key)
        return max(self.filter(wanted).values_list("withdrawn_at", flat=True), default=None) if keys else None


class Withdrawal(models.Model):
    """That a person took consent back, and when: an order of theirs goes only if it was given anew since."""

    Kind = PersonKey

    kind = models.CharField(_("kind of key"), max_length=8, choices=PersonKey)
    key = models.CharField(_("key"), max_length=16)
    withdrawn_at = models.DateTimeField(_("withdrawn"), db_index=True)
    reason = models.CharField(_("reason"), max_length=64, blank=True, default="")

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_withdrawal_per_key")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}: {self.withdrawn_at:%Y-%m-%d}"
