"""The dashboard's tables: each number with the way to its rows."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from ... import metrics
from ...conf import conf
from ..links import event_page
from .grids import Cell, Column, Grid, Kind
from .leads import Leads

HOTTEST = 4


def events(health: metrics.Health, leads: Leads) -> Grid:
    sides = (_("Both sides"), _("Server only"), _("Browser only"), _("Browser only, no event here"))
    titles = (_("Sent"), *sides, _("Waiting"), _("Withheld"), _("Lost"))
    return Grid(
        name="events",
        title=_("By event"),
        columns=(Column(_("Event"), Kind.TEXT), *map(Column, titles), Column(_("Match keys"), Kind.PERCENT)),
        rows=tuple(_event(line, leads) for line in health.events),
        hint=_(
            "Meta's own overview counts both copies, before it pairs them: for a well-paired shop it shows about twice"
            " these numbers."
        ),
        empty=_("No event happened in this period."),
    )


def _event(line: metrics.EventLine, leads: Leads) -> tuple[Cell, ...]:
    sides, name = line.sides, line.event_name

    def cell(count: int, **chosen: Any) -> Cell:
        return Cell(count, leads.events(name=name, **chosen) if count else "")

    lost = cell(line.lost, outcome=metrics.Result.LOST)
    return (
        Cell(name, leads.events(name=name)),
        cell(line.sent, outcome=metrics.Result.SENT),
        cell(sides.both, side=metrics.Side.BOTH),
        cell(sides.server_only, side=metrics.Side.SERVER),
        cell(sides.browser_only - sides.alone, side=metrics.Side.BROWSER),
        Cell(sides.alone, leads.alone(name=name) if sides.alone else ""),
        cell(line.waiting, outcome=metrics.Result.WAITING),
        cell(line.withheld, outcome=metrics.Result.WITHHELD),
        Cell(lost.value, lost.href, level="bad" if line.lost else ""),
        Cell(line.match),
    )


def metas(health: metrics.Health) -> Grid:
    """What Meta itself says, beside what we sent."""
    pixel = (_("Pixel"),) if len(conf.PIXELS) > 1 else ()
    lines = [(each, told) for each in health.metas for told in each.told if health.event in ("", told.event_name)]
    return Grid(
        name="meta",
        title=_("Meta's own numbers"),
        columns=(
            *(Column(title, Kind.TEXT) for title in (_("Event"), *pixel)),
            Column(_("Match quality, of 10"), Kind.SCORE),
            Column(_("Event coverage"), Kind.PERCENT),
            *(Column(title) for title in (_("From browsers"), _("From servers"), _("Of these by us"))),
            Column(_("Fetched"), Kind.TIME),
        ),
        rows=tuple(_meta(each, told) for each, told in lines),
        hint=_(
            "As Meta told them last, of the last days whatever the period above; its counts are from before it pairs the"
            " copies. Meta aims at a match quality of 6.0 and a coverage of 75 %."
        ),
        empty=_untold(health.metas),
    )


def _untold(metas: Sequence[metrics.Metas]) -> str:
    problems = [each.problem for each in metas if each.problem]
    if not problems:
        return _("Meta has told nothing yet. It is asked once a day, as long as a worker runs.")
    return " ".join(f"{problem.why} {problem.advice}" for problem in dict.fromkeys(problems))


def _meta(each: metrics.Metas, told: metrics.Told) -> tuple[Cell, ...]:
    return (
        Cell(told.event_name),
        *((Cell(each.pixel),) if len(conf.PIXELS) > 1 else ()),
        Cell(told.score),
        Cell(told.coverage, level="bad" if told.is_short else ""),
        Cell(told.browser_count),
        Cell(told.server_count, level="bad" if told.has_other_sender else ""),
        Cell(told.our_count),
        Cell(told.taken_at or each.told_at),
    )


def skipped(health: metrics.Health, leads: Leads) -> Grid:
    return Grid(
        name="skipped",
        title=_("Not sent, and why"),
        columns=(Column(_("Why"), Kind.TEXT), Column(_("Events"))),
        rows=tuple(
            (Cell(line.explanation, note=_busiest(line.events)), Cell(line.count, _skips(line, leads)))
            for line in health.skipped
        ),
        empty=_("Nothing was skipped or cancelled."),
    )


def _busiest(events: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name}\N{NO-BREAK SPACE}{count}" for name, count in events)


def _skips(line: metrics.Skipped, leads: Leads) -> str:
    """Their rows; page events that have none are in the counts of days."""
    if line.rows:
        return leads.events(reason=line.reason)
    return leads.to("skipcount", reason=line.reason, event=leads.asked.event)


def failures(health: metrics.Health, leads: Leads) -> Grid:
    titles = (_("Requests"), _("Events in them"))
    return Grid(
        name="failures",
        title=_("Failed requests"),
        columns=(Column(_("Outcome"), Kind.TEXT), *map(Column, titles), Column(_("Last"), Kind.TIME)),
        rows=tuple(_failure(line, leads) for line in health.failures),
        hint=_("Of all events: a request carries many. Most went through later."),
        empty=_("No request to Meta failed."),
    )


def _failure(line: metrics.Failure, leads: Leads) -> tuple[Cell, ...]:
    answer = f", HTTP {line.http_status}" if line.http_status else ""
    code = _(", code %s") % line.full_code if line.full_code else ""
    href = leads.to("deliveryattempt", kind__exact=line.kind, code=line.full_code or metrics.NO_CODE)
    return (
        Cell(f"{line.label}{answer}{code}", note=line.advice),
        Cell(line.requests, href),
        Cell(line.events),
        Cell(line.last_at),
    )


def heat(health: metrics.Health, leads: Leads) -> Grid:
    return Grid(
        name="keys",
        title=_("Match keys by event"),
        columns=(
            Column(_("Event"), Kind.TEXT),
            Column(_("Sent")),
            *(Column(key.label, Kind.PERCENT) for key in metrics.KEYS),
        ),
        rows=tuple(
            (
                Cell(line.event_name),
                Cell(line.shares[0].whole),
                *(_warm(share, key, line, leads) for key, share in zip(metrics.KEYS, line.shares, strict=True)),
            )
            for line in health.heat
        ),
        hint=_(
            "Of the website events that were sent, how many carry each key; the keys that help most come first."
            " A visitor who bought nothing has given no name, and a visit without an ad has no click id."
        ),
        empty=_("No website event was sent in this period."),
    )


def _warm(share: metrics.Share, key: metrics.MatchKey, line: metrics.Coverage, leads: Leads) -> Cell:
    percent = share.percent
    way = leads.events(name=line.event_name, key=key.name, outcome=metrics.Result.SENT) if share.part else ""
    return Cell(percent, way, level="" if percent is None else f"heat-{percent * HOTTEST // 100}")


def campaigns(health: metrics.Health) -> Grid:
    titles = (_("Sales"), _("New customers"), _("Returning"))
    return Grid(
        name="campaigns",
        title=_("Campaigns"),
        columns=(
            *(Column(title, Kind.TEXT) for title in (_("Source"), _("Campaign"), _("Content"))),
            *map(Column, titles),
            Column(_("With a click id"), Kind.PERCENT),
            Column(_("Value"), Kind.MONEY),
        ),
        rows=tuple(_campaign(line) for line in health.campaigns),
        hint=_("The last campaign that an address named to the buyer's browser, within the week before the sale."),
        empty=_("Nothing was sold in this period."),
    )


def _campaign(line: metrics.Campaign) -> tuple[Cell, ...]:
    is_named = line.source or line.name or line.content
    return (
        Cell(line.source if is_named else _("no campaign"), level="" if is_named else "quiet"),
        Cell(line.name),
        Cell(line.content),
        Cell(line.sales),
        Cell(line.new),
        Cell(line.returning),
        Cell(line.clicked.percent),
        Cell(line.money or None),
    )


def onesided(health: metrics.Health, leads: Leads) -> Grid:
    sold, pair, proof = health.one_sided, metrics.Pair, metrics.Proof
    lines = (
        (_("Server only: the browser's copy was blocked"), sold.proved, {"proof": proof.PROVED}),
        (_("Server only: paid, and no thank-you page was seen"), sold.likely, {"proof": proof.LIKELY}),
        (_("Server only: what became of the browser's copy is unknown"), sold.unknown, {"proof": proof.UNKNOWN}),
        (_("Both, more than 48 hours apart: Meta counts them twice"), sold.late, {"pair": pair.LATE}),
        (_("Browser only: the server's copy is not there"), sold.browser_only, {"pair": pair.BROWSER}),
    )
    told = (_sales(title, sales, leads.events(group="orders", **way)) for title, sales, way in lines)
    alone = _sales(_("Browser only: there is no event here"), sold.alone, leads.alone(name=metrics.PURCHASE))
    return Grid(
        name="onesided",
        title=_("Sales that one side told alone"),
        columns=(
            Column(_("What Meta got"), Kind.TEXT),
            Column(_("Sales")),
            Column(_("With an ad click of the last 7 days"), Kind.COUNT),
            Column(_("Value"), Kind.MONEY),
        ),
        rows=(*told, alone),
        hint=_("The first three are what the pixel alone would have missed: Meta knows of them by the server's copy."),
    )


def _sales(title: str, sales: metrics.Sales, href: str) -> tuple[Cell, ...]:
    return (
        Cell(title),
        Cell(sales.count, href if sales.count else ""),
        Cell(sales.fresh.part),
        Cell(sales.money or None),
    )


def feed(latest: Sequence[metrics.Latest], leads: Leads) -> Grid:
    """Without what tells who somebody is; who may see events finds each of them, and its value."""
    is_open, pixel = bool(leads.events()), ((_("Pixel"),) if len(conf.PIXELS) > 1 else ())
    return Grid(
        name="latest",
        title=_("Latest events"),
        columns=(
            Column(_("Recorded"), Kind.TIME),
            *(Column(title, Kind.TEXT) for title in (_("Event"), *pixel, _("State"), _("Sides"))),
            *((Column(_("Value"), Kind.MONEY),) if is_open else ()),
        ),
        rows=tuple(_latest(line, is_open) for line in latest),
        empty=_("Nothing was recorded yet."),
    )


def _latest(line: metrics.Latest, is_open: bool) -> tuple[Cell, ...]:
    test = _(" (test)") if line.is_test else ""
    shown = (
        Cell(line.created_at, event_page(line.pk) if is_open else ""),
        Cell(f"{line.event_name}{test}"),
        *((Cell(line.pixel),) if len(conf.PIXELS) > 1 else ()),
        Cell(line.status_label, note=metrics.explain(line.reason) if line.reason else ""),
        Cell(line.pair_label if line.pair != metrics.Pair.NEITHER else None),
    )
    return (*shown, Cell((line.money,) if line.money else None)) if is_open else shown
