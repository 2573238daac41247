from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .clock import DatabaseNow
from .exact import ExactCharField
from .inserts import insert_once


class PixelQuerySet(models.QuerySet["Pixel"]):
    def ensure(self, aliases: Iterable[str]) -> None:
        """A row for each alias of the settings."""
        missing = set(aliases) - set(self.values_list("alias", flat=True))
        for alias in sorted(missing):
            insert_once(self, Pixel(alias=alias), same="alias")

    def ready(self) -> "PixelQuerySet":
        """Open, and past any wait."""
        past_wait = Q(wait_until=None) | Q(wait_until__lte=DatabaseNow())
        return self.filter(past_wait, state=Pixel.State.OPEN)

    def begin_probe(self, alias: str, interval: timedelta) -> bool:
        """True for the one worker that may try a pixel that was out of reach, with one event."""
        return bool(self.ready().filter(alias=alias).update(wait_until=DatabaseNow() + interval))

    def wait(self, alias: str, interval: timedelta, reason: str) -> None:
        """Nobody sends to this pixel for so long."""
        self.filter(alias=alias).update(wait_until=DatabaseNow() + interval, wait_reason=reason[:200])

    def failed(self, alias: str) -> int:
        """One more batch in a row went unanswered; returns how many."""
        self.filter(alias=alias).update(failures=F("failures") + 1)
        return self.values_list("failures", flat=True).get(alias=alias)

    def answered(self, alias: str, **values: Any) -> None:
        """It can be reached, whatever it said."""
        self.filter(alias=alias).update(failures=0, wait_until=None, wait_reason="", **values)

    def succeeded(self, alias: str) -> None:
        self.answered(alias, last_success_at=timezone.now())

    def pause(self, alias: str, *, reason: str, fingerprint: str = "") -> bool:
        """Stop sending for all workers until a person or a new token resumes. False if it was paused already."""
        return bool(
            self.filter(alias=alias, state=Pixel.State.OPEN).update(
                state=Pixel.State.PAUSED,
                paused_reason=reason[:200],
                paused_at=timezone.now(),
                refused_fingerprint=fingerprint,
            )
        )

    def resume(self) -> int:
        """Open them again. Their held rows are released by the caller."""
        return self.update(
            state=Pixel.State.OPEN,
            paused_reason="",
            paused_at=None,
            refused_fingerprint="",
            failures=0,
            wait_until=None,
            wait_reason="",
        )


class Pixel(models.Model):
    """How a pixel of the settings is doing. Its id and token stay in the settings."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        PAUSED = "paused", _("paused")

    alias = ExactCharField(_("alias"), max_length=64, unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    paused_reason = models.CharField(_("paused because"), max_length=200, blank=True, default="")
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    wait_until = models.DateTimeField(_("waits until"), null=True, blank=True)
    wait_reason = models.CharField(_("waits because"), max_length=200, blank=True, default="")
    failures = models.PositiveIntegerField(_("unanswered in a row"), default=0)
    refused_fingerprint = models.CharField(max_length=32, blank=True, default="", editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)

    objects = PixelQuerySet.as_manager()

    class Meta:
        verbose_name = _("pixel")
        verbose_name_plural = _("pixels")

    def __str__(self) -> str:
        return str(self.alias)
