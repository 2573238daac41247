from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .database.inserts import keep_latest
from .database.oneof import OneOf
from .database.parts import in_parts

PLACE = ("kind", "key")

PersonKeys = Collection[tuple[str, str]]  # kind and key


class PersonKey(models.TextChoices):
    """By which a person's rows are found again: the columns ``visitor_key``, ``external_key`` and so on."""

    VISITOR = "visitor", _("browser")
    EXTERNAL = "external", _("customer")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def note(self, keys: PersonKeys, *, at: datetime, reason: str) -> None:
        """Keep for each key that consent was withdrawn then; an earlier time changes nothing. One statement."""
        # in one order, so that two who note the same do not wait for each other
        rows = [Withdrawal(kind=kind, key=key, withdrawn_at=at, reason=reason) for kind, key in sorted(set(keys))]
        if rows:
            keep_latest(self, rows, place=PLACE)

    def of(self, keys: PersonKeys) -> "WithdrawalQuerySet":
        """Those of a person."""
        wanted = Q()
        for kind, key in set(keys):
            wanted |= Q(kind=kind, key=key)
        return self.filter(wanted) if keys else self.none()

    def latest_of(self, keys: PersonKeys) -> datetime | None:
        """When the person of any of these keys last withdrew; None for never."""
        return max(self.of(keys).values_list("withdrawn_at", flat=True), default=None)

    def latest_among(self, keys: PersonKeys) -> dict[tuple[str, str], datetime]:
        """When each of these keys last withdrew, if ever; of as many persons as one likes."""
        of_kinds: dict[str, list[str]] = {}
        for kind, key in set(keys):
            of_kinds.setdefault(kind, []).append(key)
        found: dict[tuple[str, str], datetime] = {}
        for kind, some in of_kinds.items():
            for part in in_parts(some):
                rows = self.filter(OneOf(part, "key"), kind=kind)
                found.update(((kind, key), when) for key, when in rows.values_list("key", "withdrawn_at"))
        return found

    def is_noted(self, keys: PersonKeys, at: datetime) -> bool:
        """Whether all of these keys have been noted since then."""
        return self.of(keys).filter(withdrawn_at__gte=at).count() == len(set(keys))


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
