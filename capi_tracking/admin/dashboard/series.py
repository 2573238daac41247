"""The tables that the dashboard's charts are drawn from, and stand below."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from ... import metrics
from ...consent import ConsentState
from ...models import Status
from .grids import Cell, Column, Grid, Kind
from .leads import Leads

LIMITED = len(metrics.LIMITS)


def _when(health: metrics.Health) -> Column:
    return Column(_("From"), Kind.HOUR if health.window.is_hourly else Kind.DAY)


def _start(health: metrics.Health, start: datetime) -> Cell:
    """With what changed in that hour or day, which the chart marks."""
    marks = health.marks_by_part.get(start, ())
    zone = timezone.get_default_timezone()
    told = "; ".join(f"{mark.names} ({time_format(timezone.localtime(mark.at, zone), 'H:i')})" for mark in marks)
    return Cell(start, note=_("Changed: %s") % told if told else "")


def sides(health: metrics.Health, leads: Leads) -> Grid:
    titles = (_("Both sides"), _("Server only"), _("Browser only"), _("Browser only, no event here"))
    return Grid(
        name="sides",
        title=_("Website events an hour") if health.window.is_hourly else _("Website events a day"),
        columns=(_when(health), *map(Column, titles)),
        rows=tuple((_start(health, part.start), *_sides(part, leads)) for part in health.parts),
    )


def _sides(part: metrics.Part, leads: Leads) -> tuple[Cell, ...]:
    side, counts = metrics.Side, part.sides
    recorded = counts.browser_only - counts.alone
    told = ((counts.both, side.BOTH), (counts.server_only, side.SERVER), (recorded, side.BROWSER))
    cells = (Cell(count, (count and leads.of_part(part.start, side=each)) or "") for count, each in told)
    return (*cells, Cell(counts.alone, leads.alone_in_part(part.start) if counts.alone else ""))


def outcomes(health: metrics.Health, leads: Leads) -> Grid:
    titles = (_("Sent at once"), _("Sent after a retry"), _("Dead"), _("Expired"), _("Waiting"))
    return Grid(
        name="outcomes",
        title=_("What became of them, by the hour")
        if health.window.is_hourly
        else _("What became of them, by the day"),
        columns=(_when(health), *map(Column, titles)),
        rows=tuple((_start(health, part.start), *_outcome(part, leads)) for part in health.outcomes),
    )


def _outcome(part: metrics.Outcome, leads: Leads) -> tuple[Cell, ...]:
    def cell(count: int, **chosen: str) -> Cell:
        return Cell(count, leads.of_part(part.start, **chosen) if count else "")

    return (
        Cell(part.sent),
        Cell(part.retried),
        cell(part.dead, status__exact=Status.DEAD),
        cell(part.expired, status__exact=Status.EXPIRED),
        cell(part.waiting, outcome=metrics.Result.WAITING),
    )


def consents(health: metrics.Health, leads: Leads) -> Grid:
    titles = (_("Granted"), _("Limited"), _("Denied"), _("Not answered"))
    return Grid(
        name="consent",
        title=_("Consent of the buyers"),
        columns=(_when(health), *map(Column, titles)),
        rows=tuple((_start(health, part.start), *_consent(part, leads)) for part in health.consent_parts),
    )


def _consent(part: metrics.ConsentPart, leads: Leads) -> tuple[Cell, ...]:
    cells = []
    for state in ConsentState:
        count = getattr(part.consents, state.value).part
        way = leads.of_part(part.start, group=metrics.Group.ORDERS, consent_state__exact=state.value) if count else ""
        cells.append(Cell(count, way))
    return tuple(cells)


def latency(health: metrics.Health) -> Grid:
    return Grid(
        name="latency",
        title=_("From the event to Meta"),
        columns=(Column(_("Within"), Kind.TEXT), Column(_("Events")), Column(_("Share"), Kind.PERCENT)),
        rows=tuple(
            (Cell(_within(n, bar)), Cell(bar.share.part), Cell(bar.share.percent))
            for n, bar in enumerate(health.freshness.bars)
        ),
        hint=_("Each event once, at the time that it took. Under an hour counts as real time."),
    )


def _within(number: int, bar: metrics.Bar) -> str:
    """The last has no limit."""
    return f"\N{LESS-THAN OR EQUAL TO}\N{NO-BREAK SPACE}{bar.label}" if number < LIMITED else bar.label


def funnel(health: metrics.Health) -> Grid:
    return Grid(
        name="funnel",
        title=_("Funnel"),
        columns=(
            Column(_("Step"), Kind.TEXT),
            Column(_("Visitors")),
            Column(_("Of the step before"), Kind.PERCENT),
            Column(_("Of the first"), Kind.PERCENT),
        ),
        rows=tuple(
            (Cell(step.event_name), Cell(step.visitors), Cell(step.share.percent), Cell(step.of_first.percent))
            for step in health.funnel
        ),
        hint=_("Consented visitors only, each once a day. In brackets: of those of the step before."),
    )
