"""The button beside each line of the action list: where a person goes from there, if they may."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ... import metrics
from ...metrics import Trouble
from ..links import page as page_of
from ..links import rows
from .leads import Leads

UNPAIRED = (Trouble.OVERLAP, Trouble.BLOCKED, Trouble.LATE)
EVENTS, DIFFERENCES = "outboxevent", "orderdifference"


@dataclass(frozen=True, slots=True)
class Mend:
    """A problem with the button that helps. ``address`` is "" where there is none, or not for this person.

    ``database``: the alias of the outbox that has it, if that is another than the pages show.
    """

    problem: metrics.Problem
    address: str
    label: str | Promise
    database: str = ""


# The list, its filters, and what the button is called.
_LISTS: dict[str, tuple[str, dict[str, str], Promise]] = {
    Trouble.GONE: (EVENTS, {"outcome": metrics.Result.WAITING, "period": "all"}, _("Show what waits")),
    Trouble.HELD: (EVENTS, {"status__exact": "held", "period": "all"}, _("Show them")),
    Trouble.SILENT: (EVENTS, {"outcome": metrics.Result.WAITING, "period": "all"}, _("Show what waits")),
    Trouble.DEADLINE: (EVENTS, {"status__exact": "pending", "period": "all"}, _("Show them")),
    Trouble.OVERDUE: (EVENTS, {"status__exact": "pending", "period": "all"}, _("Show them")),
    Trouble.UNREACHED: ("deliveryattempt", {}, _("Show the attempts")),
    Trouble.LOST: (EVENTS, {"group": "orders", "outcome": metrics.Result.LOST}, _("Show them")),
    Trouble.SHORT: (EVENTS, {"short_ack__exact": "1", "period": "all"}, _("Show them")),
    Trouble.UNRECORDED: (DIFFERENCES, {}, _("Show the orders")),
    Trouble.UNREADABLE: (DIFFERENCES, {"kind": "unreadable"}, _("Show the orders")),
    Trouble.DRIFT: (DIFFERENCES, {"kind": "drift"}, _("Show the orders")),
    Trouble.POLICY: ("pagereport", {}, _("Show the pages")),
    Trouble.FOREIGN: ("pagereport", {}, _("Show the pages")),
    Trouble.SHUT_OUT: ("browserreceipt", {"state__exact": "1"}, _("Show the receipts")),
    Trouble.ROBOTS: ("skipcount", {"reason": "bot"}, _("Show the counts")),
    Trouble.REUSED: ("browserreceipt", {}, _("Show the receipts")),
    Trouble.MORE_AT_META: (EVENTS, {}, _("Show ours")),
    Trouble.COVERAGE: (EVENTS, {}, _("Show ours")),
    Trouble.VOLUME: (EVENTS, {}, _("Show them")),
}


def mend(problem: metrics.Problem, leads: Leads) -> Mend:
    if problem.kind in UNPAIRED:
        page = page_of("outboxevent_overlap") + f"?period={leads.asked.window.name}"
        return Mend(problem, page if EVENTS in leads.seen else "", _("Show unpaired"))
    if problem.pixel_pk and problem.kind in (Trouble.PAUSED, Trouble.TEST_CODE):
        page = page_of("pixel_change", problem.pixel_pk) if "pixel" in leads.seen else ""
        return Mend(problem, page, _("Open the pixel"))
    if problem.kind == Trouble.UNRECORDED and "reconciliation" in leads.seen:
        return Mend(problem, leads.to("reconciliation", show="lost"), _("Show the orders"))
    model, chosen, label = _LISTS.get(problem.kind, ("", {}, _("Show them")))
    named = {"name": problem.name} if problem.name and model == EVENTS else {}
    return Mend(problem, _address(model, {**chosen, **named}, leads), label)


def _address(model: str, chosen: dict[str, str], leads: Leads) -> str:
    """Differences and reports have no period to choose."""
    if model in (DIFFERENCES, "pagereport"):
        return rows(model, **chosen) if model in leads.seen else ""
    return leads.to(model, **chosen) if model else ""
