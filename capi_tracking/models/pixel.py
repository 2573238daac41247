from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .database.clock import DatabaseNow
from .database.inserts import insert_once
from .exact import ExactCharField

OUR_OWN = "unreachable"  # so begins the reason of a wait that nobody asked for: one answer ends it
PROBING = f"{OUR_OWN}: one event tries whether it goes on"


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

    def note_test_codes(self, marks: Mapping[str, str]) -> None:
        """``marks``: by alias, what tells one test code from another, or "" for none. Unchanged, nothing is written."""
        for alias, mark in self.filter(alias__in=list(marks)).values_list("alias", "test_code_mark"):
            if mark != marks[alias]:
                since = timezone.now() if marks[alias] else None
                self.filter(alias=alias).update(test_code_mark=marks[alias], test_code_since=since)

    def begin_probe(self, alias: str, interval: timedelta) -> bool:
        """True for the one worker that may try a pixel that was out of reach, with one event."""
        ready = self.ready().filter(alias=alias)
        return bool(ready.update(wait_until=DatabaseNow() + interval, wait_reason=PROBING))

    def end_probe(self, alias: str) -> None:
        """It sent nothing, so that it tells nothing: the next may begin at once."""
        self.filter(alias=alias, wait_reason=PROBING).update(wait_until=DatabaseNow())

    def wait(self, alias: str, interval: timedelta, reason: str) -> None:
        """Nobody sends to this pixel for so long. Of the waits that Meta asks for the longest counts."""
        until = DatabaseNow() + interval
        self._may_go(alias, Q(wait_until__lt=until)).update(wait_until=until, wait_reason=reason[:200])

    def failed(self, alias: str) -> int:
        """One more batch in a row went unanswered; returns how many."""
        self.filter(alias=alias).update(failures=F("failures") + 1)
        return self.values_list("failures", flat=True).get(alias=alias)

    def answered(self, alias: str) -> None:
        """It can be reached, whatever it said. What Meta asked of another worker meanwhile stays."""
        self._may_go(alias).update(failures=0, wait_until=None, wait_reason="")

    def succeeded(self, alias: str) -> None:
        self.filter(alias=alias).update(last_success_at=timezone.now())
        self.answered(alias)

    def _may_go(self, alias: str, or_if: Q | None = None) -> "PixelQuerySet":
        """The pixel, if no wait that Meta asked for still runs, or if this is true."""
        free = Q(wait_until=None) | Q(wait_until__lte=DatabaseNow()) | Q(wait_reason__startswith=OUR_OWN)
        return self.filter(free | (or_if or Q()), alias=alias)

    def pause(self, alias: str, *, reason: str, fingerprint: str = "") -> bool:
        """Stop sending for all workers. With the ``fingerprint`` of refused settings, until these change or a person
        resumes; without one until a person does, even where it was refused before. False if that was so already.
        """
        stoppable = Q(state=Pixel.State.OPEN) if fingerprint else ~Q(state=Pixel.State.PAUSED, refused_fingerprint="")
        return bool(
            self.filter(stoppable, alias=alias).update(
                state=Pixel.State.PAUSED,
                paused_reason=reason[:200],
                paused_at=timezone.now(),
                refused_fingerprint=fingerprint,
            )
        )

    def resume(self) -> int:
        """Open them again; one event goes first, as a probe. Their held rows are released by the caller."""
        return self.update(
            state=Pixel.State.OPEN,
            paused_reason="",
            paused_at=None,
            refused_fingerprint="",
            failures=1,
            wait_until=DatabaseNow(),
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
    test_code_mark = models.CharField(max_length=32, blank=True, default="", editable=False)
    test_code_since = models.DateTimeField(_("test code since"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)

    objects = PixelQuerySet.as_manager()

    class Meta:
        verbose_name = _("pixel")
        verbose_name_plural = _("pixels")

    def __str__(self) -> str:
        return str(self.alias)
