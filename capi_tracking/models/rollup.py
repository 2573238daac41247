"""Spans of time added up once, so that a page need not read their rows again, and marks of what changed since."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.db import connections, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..shield import shielded
from .database.inserts import keep_longest
from .exact import ExactCharField

SPAN = ("start", "end")
HOUR = timedelta(hours=1)
MARK_AT_MOST_EVERY = timedelta(minutes=1)  # of an hour, in one process
SLACK = timedelta(minutes=2)  # for clocks that differ, and for transactions that end after what they wrote
MOST_REMEMBERED = 10_000
_TOLD = ("computed_at", "checked_at", "ripens_at", "rows", "version", "visitors_since")


class Told(NamedTuple):
    """A rollup, and its lines."""

    rollup: "Rollup"
    lines: "Sequence[RollupLine]"

    def of(self, pk: int) -> "Sequence[RollupLine]":
        """Its lines, as those of the row in whose place it comes."""
        self.rollup.pk, self.rollup.lines_are_kept = pk, True
        for line in self.lines:
            line.rollup_id = pk
        return self.lines


class RollupQuerySet(models.QuerySet["Rollup"]):
    def keep(self, told: "Sequence[Told]", *, pruned_before: datetime) -> int:
        """Put what was found in the place of what was found there before: all of it or nothing. Returns how many changed.

        Not where somebody has looked later; nor where rows of before ``pruned_before`` are gone by now: there the numbers
        of before stay, for good.
        """
        with transaction.atomic(using=self.db):
            there = self._locked([each.rollup for each in told])
            newer = [(old, new) for old, new in zip(there, told, strict=True) if old.is_older_than(new.rollup)]
            gone = [old.pk for old, new in newer if old.start < pruned_before and old.rows > new.rollup.rows]
            if gone:
                self.filter(pk__in=gone).update(is_final=True)
            return self._replace([(old.pk, new) for old, new in newer if old.pk not in gone])

    def _locked(self, rollups: "Sequence[Rollup]") -> "list[Rollup]":
        """Those of the same spans, in that order; where there was none, one without lines."""
        # written without a change: MariaDB locks what is looked through, so two who look first wait for each other
        self._write(rollups, *SPAN, columns=["is_day"])
        found = {(each.start, each.end): each for each in self.filter(start__in=[each.start for each in rollups])}
        return [found[each.start, each.end] for each in rollups]

    def _replace(self, changes: "Sequence[tuple[int, Told]]") -> int:
        ours = RollupLine.objects.using(self.db)
        ours.filter(rollup__in=[pk for pk, _ in changes])._raw_delete(self.db)  # nothing follows them
        ours.bulk_create([line for pk, new in changes for line in new.of(pk)])
        self._write([new.rollup for _, new in changes], "pk", columns=["lines_are_kept", *_TOLD])
        return len(changes)

    def _write(self, rollups: "Sequence[Rollup]", *place: str, columns: "Sequence[str]") -> None:
        """Of what is in that place already, these columns alone. An UPDATE of many takes far longer to put into words."""
        by_target = connections[self.db].features.supports_update_conflicts_with_target
        unique = place if by_target else None
        self.bulk_create(rollups, update_conflicts=True, update_fields=columns, unique_fields=unique)

    def open_in(self, start: datetime, end: datetime) -> "RollupQuerySet":
        """Those that begin in that time and may still change."""
        return self.filter(start__gte=start, start__lt=end, is_final=False)


class Rollup(models.Model):
    """A day of the shop's, or an hour, whose settled events were added up.

    ``computed_at``: what happened before is in it; ``checked_at``: until then nothing of it had changed, or a mark says so;
    ``ripens_at``: until then some of its events are too young to judge; ``rows``: how many raw ones it was made of;
    ``visitors_since``: it tells how many came from then to its end; ``is_final``: some of its rows are gone.
    """

    start = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("to"))
    is_day = models.BooleanField(_("a day"), default=True)
    computed_at = models.DateTimeField(_("computed"))
    checked_at = models.DateTimeField(_("checked"))
    ripens_at = models.DateTimeField(_("ripens"), null=True, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    lines_are_kept = models.BooleanField(_("complete"), default=False)
    is_final = models.BooleanField(_("final"), default=False)
    visitors_since = models.DateTimeField(_("visitors since"), null=True, blank=True)

    objects = RollupQuerySet.as_manager()

    class Meta:
        verbose_name = _("rollup")
        verbose_name_plural = _("rollups")
        constraints = [models.UniqueConstraint(fields=list(SPAN), name="capi_one_rollup_per_span")]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"

    def is_older_than(self, other: "Rollup") -> bool:
        return not self.lines_are_kept or self.computed_at < other.computed_at


class RollupLine(models.Model):
    """What one event's rows of a span add up to, as ``metrics`` writes and reads it: counts and sums, and nobody's keys."""

    rollup = models.ForeignKey(Rollup, verbose_name=_("rollup"), on_delete=models.CASCADE, related_name="lines")
    pixel = ExactCharField(_("pixel"), max_length=64)
    event_name = ExactCharField(_("event"), max_length=100)
    is_test = models.BooleanField(_("test event"), default=False)
    numbers: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(_("numbers"), default=dict)

    class Meta:
        verbose_name = _("line of a rollup")
        verbose_name_plural = _("lines of rollups")

    def __str__(self) -> str:
        return f"{self.event_name} ({self.pixel})"


class StaleHourQuerySet(models.QuerySet["StaleHour"]):
    def mark(self, changes: Mapping[datetime, datetime]) -> None:
        """Events of these times changed up to those: what was added up of their hours before does not hold. One statement."""
        latest: dict[datetime, datetime] = {}
        for at, until in changes.items():
            latest[_hour(at)] = max(until, latest.get(_hour(at), until))
        # in one order, so that two who mark at once do not wait for each other
        rows = [StaleHour(hour=hour, stale_until=latest[hour]) for hour in sorted(latest)]
        if rows:
            keep_longest(self, rows, place=("hour",))


class StaleHour(models.Model):
    """That events of that hour, by UTC, changed up to ``stale_until``: what was added up before, or soon after, does not hold."""

    hour = models.DateTimeField(_("hour"))
    stale_until = models.DateTimeField(_("until"))

    objects = StaleHourQuerySet.as_manager()

    class Meta:
        verbose_name = _("hour that changed")
        verbose_name_plural = _("hours that changed")
        constraints = [models.UniqueConstraint(fields=["hour"], name="capi_one_mark_per_hour")]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:%M}"


_marked: dict[tuple[str, datetime], float] = {}


def mark_stale(times: Iterable[datetime], *, using: str) -> None:
    """Say, once the caller's transaction has committed, that events of these times change.

    At most once a minute for each hour and process: a mark holds as long. Events of the last hour need none, since they are
    not added up yet; so the way of a new order pays nothing.
    """
    old = {_hour(at) for at in times if is_added_up(at)}
    if old:
        transaction.on_commit(partial(_mark, old, using), using=using, robust=True)


def is_added_up(at: datetime) -> bool:
    """Events of the last hour are not."""
    return at < timezone.now() - HOUR


def _mark(hours: set[datetime], using: str) -> None:
    now = time.monotonic()
    due = {hour for hour in hours if _marked.get((using, hour), 0) <= now}
    if not due:
        return
    with shielded(using):
        lasts = timezone.now() + MARK_AT_MOST_EVERY
        StaleHour.objects.using(using).mark(dict.fromkeys(due, lasts))
        if len(_marked) > MOST_REMEMBERED:
            _marked.clear()
        _marked.update(dict.fromkeys(((using, hour) for hour in due), now + MARK_AT_MOST_EVERY.total_seconds()))


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
