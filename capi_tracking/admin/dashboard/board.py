"""All that stands on the dashboard, from what ``metrics`` answers: tables, charts, and where the cards lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from ... import metrics
from . import charts, series, tables
from .asked import Asked
from .elsewhere import Elsewhere
from .grids import Grid
from .leads import Leads
from .mends import Mend, mend

SIDES = ("both", "server", "browser", "alone")
OUTCOMES = ("both", "server", "dead", "expired")
CONSENTS = ("both", "server", "denied", "browser")


@dataclass(frozen=True)
class Board:
    asked: Asked
    health: metrics.Health
    about: metrics.Asked
    leads: Leads
    elsewhere: Elsewhere = ()

    @property
    def scores(self) -> list[tuple[str, metrics.Told]]:
        """Meta's own match quality by pixel: of the sale, or of the event that the page is about."""
        name = self.asked.event or metrics.PURCHASE
        found = ((each.pixel, each.of(name)) for each in self.health.metas)
        return [(pixel, told) for pixel, told in found if told and told.score is not None]

    @cached_property
    def grids(self) -> dict[str, Grid]:
        """By name: what a spreadsheet can have."""
        health, leads = self.health, self.leads
        made = (
            tables.events(health, leads),
            tables.heat(health, leads),
            tables.metas(health),
            tables.skipped(health, leads),
            tables.failures(health, leads),
            tables.onesided(health, leads),
            tables.campaigns(health),
            tables.feed(metrics.feed(self.about, self.asked.event), leads),
            *(each(health, leads) for each in (series.sides, series.outcomes, series.consents)),
            *(each(health) for each in (series.latency, series.funnel)),
        )
        return {grid.name: grid for grid in made}

    @property
    def mends(self) -> list[Mend]:
        """The action list: first of the outbox that the page is about."""
        there = [Mend(problem, "", "", database=using) for using, problem in self.elsewhere]
        return [mend(problem, self.leads) for problem in self.health.problems] + there

    @property
    def event_names(self) -> list[str]:
        """To choose from: those of the period, and the one that is chosen."""
        chosen = {self.asked.event} - {""}
        return sorted({*self.health.event_names} | chosen)

    @property
    def sides(self) -> charts.Columns:
        says = _("Events that Meta got from both sides, from the server only and from the browser only.")
        return charts.columns(self.grids["sides"], SIDES, says)

    @property
    def outcomes(self) -> charts.Columns:
        says = _("Events that were sent at once, sent after a retry, refused for good, or too late.")
        return charts.columns(self.grids["outcomes"], OUTCOMES, says)

    @property
    def consents(self) -> charts.Columns:
        says = _("Orders by what the buyer had decided about tracking.")
        return charts.columns(self.grids["consent"], CONSENTS, says)

    @property
    def latency(self) -> charts.Lines:
        return charts.lines(self.grids["latency"], _("How many events reached Meta within which time."))

    @property
    def funnel(self) -> charts.Lines:
        return charts.lines(self.grids["funnel"], _("How many visitors came how far."))

    @property
    def is_of_pages(self) -> bool:
        """Whether the page is of one event that no order makes."""
        orders = self.health.order_overlap.share.whole or self.health.match_keys.orders is not None
        return bool(self.asked.event) and not orders

    @property
    def overlap(self) -> metrics.Overlap:
        return self.health.page_overlap if self.is_of_pages else self.health.order_overlap

    @property
    def overlaps(self) -> tuple[str, ...]:
        """The line of the overlap of orders over the period."""
        return charts.spark([part.sides.overlap.percent for part in self._parts])

    @property
    def _parts(self) -> Sequence[metrics.Part]:
        return self.health.parts if self.is_of_pages else self.health.order_parts

    @property
    def ways(self) -> dict[str, str]:
        """Where each number of a card leads; "" where this person may not go there."""
        leads, result = self.leads, metrics.Result
        return {
            "sent": leads.orders(outcome=result.SENT),
            "withheld": leads.orders(outcome=result.WITHHELD),
            "lost": leads.orders(outcome=result.LOST),
            "left": leads.orders(outcome=result.LEFT),
            "unrecorded": leads.to("orderdifference"),
            "undelivered": leads.events(outcome=result.UNDELIVERED),
            "waiting": leads.waiting(),
            "both": leads.orders(side=metrics.Side.BOTH),
            "late": leads.orders(pair=metrics.Pair.LATE),
            "server": leads.orders(side=metrics.Side.SERVER),
            "blocked": leads.to("browserreceipt", state__exact=1),
        }
