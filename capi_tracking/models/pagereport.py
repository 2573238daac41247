from collections import Counter
from collections.abc import Mapping
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from .database.inserts import add_counts
from .exact import ExactCharField

PLACE = ("day", "kind", "page", "subject", "name")

Report = tuple[str, str, str, str]  # kind, page, subject, name


class ReportKind(models.TextChoices):
    FOREIGN = "foreign", _("another pixel")
    VIOLATION = "violation", _("policy violation")


MAX_A_DAY: dict[str, int] = {ReportKind.FOREIGN: 400, ReportKind.VIOLATION: 100}  # rows: browsers write them
MAX_PAGES = 20  # of one pixel's event, or one blocked host: a template is on all pages of its kind
OTHER_PAGES = "*"


class Day:
    """What a day has counted, and where what it has not may go."""

    def __init__(self, known: set[Report], at_most: int) -> None:
        self.known, self.left = known, at_most
        self.of_kind = Counter(kind for kind, *_ in known)
        self.pages = Counter((kind, *what) for kind, _, *what in known)

    def place(self, report: Report) -> Report | None:
        """Its own; among the other pages, if it was told of many; None, if its kind's rows are full."""
        kind, _, *what = report
        if report not in self.known and self.pages[(kind, *what)] >= MAX_PAGES:
            report = (kind, OTHER_PAGES, what[0], what[1])
        if report not in self.known:
            if self.left < 1 or self.of_kind[kind] >= MAX_A_DAY[kind]:
                return None
            self._begin(report)
        return report

    def _begin(self, report: Report) -> None:
        kind, _, *what = report
        self.known.add(report)
        self.left -= 1
        self.of_kind[kind] += 1
        self.pages[(kind, *what)] += 1


class ReportQuerySet(models.QuerySet["PageReport"]):
    def add_all(self, day: date, counts: Mapping[Report, int], *, at_most: int = 500) -> int:
        """Count what pages told on that day, in one statement. Returns how many rows that began, ``at_most`` so many."""
        known = set(self.filter(day=day).values_list(*PLACE[1:])[: sum(MAX_A_DAY.values())])
        room, before, taken = Day(known, at_most), len(known), Counter[Report]()
        for report, count in counts.items():
            if place := room.place(report):
                taken[place] += count
        # in one order, so that two who count the same do not wait for each other
        rows = [PageReport(**dict(zip(PLACE, (day, *each), strict=True)), count=taken[each]) for each in sorted(taken)]
        if rows:
            add_counts(self, rows, place=PLACE)
        return len(room.known) - before


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
