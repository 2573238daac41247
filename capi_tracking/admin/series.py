"""The tables that the dashboard's charts are drawn from, and stand below."""

from django.utils.translation import gettext as _

from .. import metrics
from .grids import Cell, Column, Grid, Kind

LIMITED = len(metrics.LIMITS)


def _when(health: metrics.Health) -> Column:
    return Column(_("From"), Kind.HOUR if health.window.is_hourly else Kind.DAY)


def sides(health: metrics.Health) -> Grid:
    titles = (_("Both sides"), _("Server only"), _("Browser only"))
    return Grid(
        name="sides",
        title=_("Website events an hour") if health.window.is_hourly else _("Website events a day"),
        columns=(_when(health), *map(Column, titles)),
        rows=tuple(
            (Cell(part.start), Cell(part.sides.both), Cell(part.sides.server_only), Cell(part.sides.browser_only))
            for part in health.parts
        ),
    )


def outcomes(health: metrics.Health) -> Grid:
    titles = (_("Sent at once"), _("Sent after a retry"), _("Dead"), _("Expired"), _("Waiting"))
    return Grid(
        name="outcomes",
        title=_("What became of them, by the hour")
        if health.window.is_hourly
        else _("What became of them, by the day"),
        columns=(_when(health), *map(Column, titles)),
        rows=tuple(
            (Cell(part.start), *map(Cell, (part.sent, part.retried, part.dead, part.expired, part.waiting)))
            for part in health.outcomes
        ),
    )


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


def consents(health: metrics.Health) -> Grid:
    titles = (_("Granted"), _("Limited"), _("Denied"), _("Not answered"))
    shares = (
        (part.start, (part.consents.granted, part.consents.limited, part.consents.denied, part.consents.unknown))
        for part in health.consent_parts
    )
    return Grid(
        name="consent",
        title=_("Consent of the buyers"),
        columns=(_when(health), *map(Column, titles)),
        rows=tuple((Cell(start), *(Cell(share.part) for share in of_part)) for start, of_part in shares),
    )
