from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .exact import ExactCharField

PLACE = ("pixel", "event_name", "day")
A_DAY = timedelta(hours=23, minutes=50)  # so that each day has its answer, whenever the one before it came
TRY_AGAIN = timedelta(hours=4)
MOST_TOLD = 30
TOLD = (
    "event_name",
    "taken_at",
    "score",
    "coverage",
    "goal",
    "freshness",
    "counted_since",
    "counted_until",
    "browser_count",
    "server_count",
    "our_count",
    "doubtful_count",
)


def _busy(line: dict[str, Any]) -> int:
    return max(line["server_count"] or 0, line["browser_count"] or 0)


class FetchProblem(models.TextChoices):
    """Why Meta told nothing."""

    NO_TOKEN = "no_token", _("no token")
    TOKEN = "token", _("the token is refused")
    PERMISSION = "permission", _("a permission is missing")
    PIXEL = "pixel", _("no such dataset for this token")
    VERSION = "version", _("the Graph version is over")
    REFUSED = "refused", _("the question is refused")
    THROTTLED = "throttled", _("asked too often")
    UNREACHABLE = "unreachable", _("no answer")
    ODD = "odd", _("an answer that makes no sense")
    UNSUPPORTED = "unsupported", _("the settings leave no way to ask")


class SnapshotQuerySet(models.QuerySet["QualitySnapshot"]):
    def keep(self, rows: "Iterable[QualitySnapshot]", columns: Collection[str]) -> None:
        """One row a day for each pixel and event: the day's later answer takes the place of the earlier one.

        ``columns``: those that this answer tells of; what an earlier answer of the day put into the others stays.
        """
        by_target = connections[self.db].features.supports_update_conflicts_with_target
        # in one order, so that two who fetch at once do not wait for each other
        self.bulk_create(
            sorted(rows, key=lambda row: [getattr(row, name) for name in PLACE]),
            update_conflicts=True,
            update_fields=list(columns),
            unique_fields=PLACE if by_target else None,
        )

    def told(self, pixel: str, since: date) -> list[dict[str, Any]]:
        """The latest line of each event of that pixel, the busiest first: what ``QualityFetch.told`` keeps."""
        rows = self.since(since).filter(pixel=pixel).values(*TOLD)
        latest = sorted({row["event_name"]: row for row in rows}.values(), key=_busy, reverse=True)
        return latest[:MOST_TOLD]

    def names(self, pixel: str, day: date) -> list[str]:
        """The events that Meta told of on that day."""
        return list(self.filter(pixel=pixel, day=day).values_list("event_name", flat=True))

    def since(self, day: date) -> "SnapshotQuerySet":
        """From that day on, oldest first."""
        return self.filter(day__gte=day).order_by("day", "pixel", "event_name")


class QualitySnapshot(models.Model):
    """What Meta itself said of one event on one day: its match quality, and how many it counted from each side.

    Null is what Meta did not tell, never zero. The quality is of ``taken_at``; the counts are of [``counted_since``,
    ``counted_until``), before deduplication, with ours of the same hours beside them.
    """

    pixel = ExactCharField(_("pixel"), max_length=64)
    event_name = ExactCharField(_("event"), max_length=100)
    day = models.DateField(_("day"))

    taken_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    score = models.DecimalField(_("match quality, of 10"), max_digits=4, decimal_places=1, null=True, blank=True)
    coverage = models.DecimalField(_("event coverage, percent"), max_digits=4, decimal_places=1, null=True, blank=True)
    goal = models.DecimalField(_("Meta's goal, percent"), max_digits=4, decimal_places=1, null=True, blank=True)
    freshness = models.CharField(_("freshness"), max_length=32, blank=True, default="")
    keys: "models.JSONField[dict[str, float], dict[str, float]]" = models.JSONField(
        _("share of events by key, percent"), default=dict, blank=True
    )
    dedup: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("deduplication by key, percent"), default=dict, blank=True
    )
    diagnostics: "models.JSONField[list[Any], list[Any]]" = models.JSONField(_("diagnostics"), default=list, blank=True)

    counted_since = models.DateTimeField(_("counted since"), null=True, blank=True)
    counted_until = models.DateTimeField(_("counted until"), null=True, blank=True)
    browser_count = models.PositiveBigIntegerField(_("from browsers"), null=True, blank=True)
    server_count = models.PositiveBigIntegerField(_("from servers"), null=True, blank=True)
    our_count = models.PositiveBigIntegerField(_("of these by us"), null=True, blank=True)
    doubtful_count = models.PositiveBigIntegerField(
        _("perhaps once more"), null=True, blank=True, help_text=_("Sent by us without an answer that is known.")
    )

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("Meta's numbers of a day")
        verbose_name_plural = _("Meta's numbers")
        permissions = [("fetch_qualitysnapshot", "Can fetch Meta's numbers now")]
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_snapshot_a_day")]
        indexes = [models.Index(fields=["day"], name="capi_snapshot_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.event_name}"


class FetchQuerySet(models.QuerySet["QualityFetch"]):
    def last_of(self, pixel: str) -> "QualityFetch | None":
        """The last time that we asked about this pixel."""
        return self.filter(pixel=pixel).order_by("-started_at", "-pk").first()

    def is_recent(self, pixel: str, interval: timedelta, *, now: datetime) -> bool:
        """Whether somebody asked within the interval."""
        return self.filter(pixel=pixel, started_at__gt=now - interval).exists()

    def is_due(self, pixel: str, *, now: datetime) -> bool:
        """Whether there was no full answer for a day, and no question at all for some hours."""
        full = models.Q(problem="", started_at__gt=now - A_DAY)
        return not self.filter(full | models.Q(started_at__gt=now - TRY_AGAIN), pixel=pixel).exists()


class QualityFetch(models.Model):
    """One time that we asked Meta for its numbers of one pixel, and why it told none if it did not. Holds no token.

    ``told``: the latest line of each event, for a page that reads the pixels alone. Empty if nothing was told.
    """

    Problem = FetchProblem

    pixel = ExactCharField(_("pixel"), max_length=64)
    started_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    duration_ms = models.PositiveIntegerField(_("duration, ms"), default=0)
    events = models.PositiveIntegerField(_("events told of"), default=0)
    told: "models.JSONField[list[Any], list[Any]]" = models.JSONField(
        _("what Meta had told by then"), default=list, blank=True, encoder=DjangoJSONEncoder
    )
    problem = models.CharField(_("problem"), max_length=16, choices=FetchProblem, blank=True, default="")
    asked_for = models.CharField(_("asked for"), max_length=32, blank=True, default="")
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    code = models.IntegerField(_("code"), null=True, blank=True)
    subcode = models.IntegerField(_("subcode"), null=True, blank=True)
    trace_id = models.CharField(_("trace id"), max_length=64, blank=True, default="")
    message = models.CharField(_("message"), max_length=300, blank=True, default="")

    objects = FetchQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to Meta")
        verbose_name_plural = _("questions to Meta")
        indexes = [models.Index(fields=["pixel", "started_at"], name="capi_fetches_of_pixel")]

    def __str__(self) -> str:
        return f"{self.pixel} {self.started_at:%Y-%m-%d %H:%M:%S}"
