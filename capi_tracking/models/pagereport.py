from collections.abc import Mapping
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from .exact import ExactCharField
from .inserts import add_counts

PLACE = ("day", "kind", "page", "subject", "name")
MAX_A_DAY = 500  # rows: browsers write them

Report = tuple[str, str, str, str]  # kind, page, subject, name


class ReportKind(models.TextChoices):
    FOREIGN = "foreign", _("another pixel")
    VIOLATION = "violation", _("policy violation")


class ReportQuerySet(models.QuerySet["PageReport"]):
    def add_all(self, day: date, counts: Mapping[Report, int]) -> None:
        """Count what pages told on that day. One statement; a day that is full counts only what it knows already."""
        known = set(self.filter(day=day).values_list(*PLACE[1:])[:MAX_A_DAY])
        room = MAX_A_DAY - len(known)
        fresh = set([report for report in counts if report not in known][:room])
        # in one order, so that two who count the same do not wait for each other
        taken = sorted(report for report in counts if report in known or report in fresh)
        rows = [PageReport(**dict(zip(PLACE, (day, *each), strict=True)), count=counts[each]) for each in taken]
        if rows:
            add_counts(self, rows, place=PLACE)


class PageReport(models.Model):
    """How often a page told of another pixel on it, or of what its own policy blocked.

    ``subject`` and ``name``: the pixel's id and the event's name, or the directive and the host.
    """

    Kind = ReportKind

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=16, choices=ReportKind)
    page = ExactCharField(_("page"), max_length=200, blank=True, default="")
    subject = ExactCharField(_("pixel or directive"), max_length=80)
    name = ExactCharField(_("event or host"), max_length=100)
    count = models.PositiveBigIntegerField(_("count"), default=0)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("page report")
        verbose_name_plural = _("page reports")
        constraints = [models.UniqueConstraint(fields=list(PLACE), name="capi_one_report_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.page} {self.subject} {self.name}: {self.count}"
