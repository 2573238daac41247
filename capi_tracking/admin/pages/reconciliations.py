"""The shop's orders beside what Meta was told of them; and the missing ones, recorded after a look at what that would be."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import metrics, orders, reconciliation
from ...conf import conf
from ...models import DifferenceKind, Reconciliation
from ...reconciliation import Judgement, Outcome
from ..asking import ask, is_confirmed
from ..links import events_found_by, order_page
from ..periods import chosen_window, context
from ..readonly import ReadOnlyAdmin

BUDGET = timedelta(seconds=8)  # of one press of a button
DIFFERENCES = "differences"
MOST_RUNS = 5
OUTCOMES: dict[str, tuple[str, Any]] = {
    Outcome.SENT: ("good", gettext_lazy("sent")),
    Outcome.WAITING: ("going", gettext_lazy("waiting")),
    Outcome.WITHHELD: ("quiet", gettext_lazy("withheld by choice")),
    Outcome.LOST: ("bad", gettext_lazy("lost")),
    Outcome.BROWSER_ONLY: ("quiet", gettext_lazy("left to the browser's copy")),
    Outcome.UNKNOWN: ("warn", gettext_lazy("unknown")),
}
BESIDE = {
    DifferenceKind.DRIFT,
    DifferenceKind.GONE,
    DifferenceKind.UNPAID,
    DifferenceKind.UNREADABLE,
}  # the row tells nothing of it
NO_SALE = ("warn", gettext_lazy("no sale any more"))
SHOWN = {
    "": gettext_lazy("all orders"),
    DIFFERENCES: gettext_lazy("those that differ"),
    **{key: each[1] for key, each in OUTCOMES.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One sale of the page. ``page``: the order's own; ``events``: what was recorded of it, if anything was."""

    judgement: Judgement
    number: str
    page: str
    level: str
    outcome: Any
    why: str
    events: str


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    fields = ["started_at", "finished_at", "since", "until", "is_recording", "counts"]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._backfill(request)
        return TemplateResponse(request, "admin/capi_tracking/orders.html", self._page(request))

    # -- looking -------------------------------------------------------------------------------------------------

    def _page(self, request: HttpRequest) -> dict[str, Any]:
        window, show = chosen_window(request), request.GET.get("show", "")
        show = show if show in SHOWN else ""
        page = reconciliation.read(window.start, window.end, after=_position(request), wanted=_wanted(show))
        asked = {"period": window.name, "show": show}
        return {
            **context(self, request, _("Orders and what Meta was told"), window),
            "lines": _lines(page.judgements),
            "report": page.report,
            "totals": _totals(page.report),
            "show": show,
            "shown": SHOWN.items(),
            "more": f"&{urlencode({'show': show})}",
            "kept": [("show", show)],
            "following": f"?{urlencode(asked | {'after': _cursor(page.position)})}" if page.position else "",
            "is_first": "after" not in request.GET,
            "runs": Reconciliation.objects.using(conf.OUTBOX_DATABASES[0]).order_by("-pk")[:MOST_RUNS],
            "began": _began(window),
            "is_off": not conf.ENABLED,
            "may_operate": self.has_operate_permission(request),
        }

    # -- recording what is missing -------------------------------------------------------------------------------

    def _backfill(self, request: HttpRequest) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        if "backfill" not in request.POST:
            return HttpResponseNotAllowed(["GET"])
        window = chosen_window(request)
        if not is_confirmed(request):
            return self._try_out(request, window)
        report = reconciliation.backfill(window.start, window.end, budget=BUDGET)
        days = _days(window)
        if report.mended:
            self.note_many(request, _("Recorded what was missing"), f"{days}: {report.mended.total()}")
        self._tell(request, report)
        return HttpResponseRedirect(f"{request.path}?{urlencode({'period': window.name})}")

    def _tell(self, request: HttpRequest, report: reconciliation.Report) -> None:
        states = ", ".join(f"{count} {state}" for state, count in report.mended.most_common())
        done = ngettext("%s order was put right", "%s orders were put right", report.mended.total())
        told = [done % report.mended.total() + (f" ({states})." if states else ".")]
        if not report.is_complete:
            told.append(_("Not all orders were read yet: the hourly comparison goes on from here, or press it again."))
        self.message_user(request, " ".join(told), messages.SUCCESS if report.is_complete else messages.WARNING)

    def _try_out(self, request: HttpRequest, window: metrics.Window) -> HttpResponse:
        """The dry run."""
        trial = reconciliation.try_out(window.start, window.end, budget=BUDGET)
        return ask(
            self,
            request,
            title=_("Record the orders that are missing?"),
            lines=_told(trial, _days(window)),
            sums=[metrics.Money(amount, currency) for currency, amount in trial.money.items()],
            named=_lines(trial.first),
            button=_("Record what is missing"),
            back=request.get_full_path(),
            asked=[("backfill", "1")],
            can_go=bool(trial.missing or not trial.report.is_complete) and conf.ENABLED,
        )


def _told(trial: reconciliation.Trial, days: str) -> list[str]:
    read = ngettext(
        "%(count)s sale of %(days)s was compared.", "%(count)s sales of %(days)s were compared.", trial.report.sales
    )
    missing = ngettext(
        "%s paid order has no event, and Meta would still take it.",
        "%s paid orders have no event, and Meta would still take it.",
        trial.missing,
    )
    told = [read % {"count": trial.report.sales, "days": days}, missing % trial.missing]
    if not trial.report.is_complete:
        told.append(_("This is as far as a look of eight seconds came: there may be more."))
    if trial.missing:
        told.append(
            _(
                "What the buyers said at checkout decides what of it is sent. Nothing that was sent, skipped or cancelled is touched."
            )
        )
    return told


def _lines(judgements: Any) -> list[Line]:
    known = orders.called(judgement.place.order_key for judgement in judgements)
    return [_line(judgement, known.get(judgement.place.order_key)) for judgement in judgements]


def _line(judgement: Judgement, order: orders.Called | None) -> Line:
    key = judgement.place.order_key
    level, outcome = OUTCOMES[judgement.outcome] if judgement.outcome else NO_SALE
    return Line(
        judgement=judgement,
        number=order.number if order else key,
        page=order_page(key, order) if order else "",
        level=level,
        outcome=outcome,
        why=_why(judgement),
        events=events_found_by(key) if judgement.told else "",
    )


def _why(judgement: Judgement) -> str:
    """What differs, and what the event's own row tells."""
    kind = str(DifferenceKind(judgement.kind).label) if judgement.kind else ""
    if judgement.told is None:
        return f"{kind}: {judgement.reason}" if judgement.reason else kind
    told = metrics.explain_status(judgement.told.status, judgement.told.reason)
    return f"{kind}. {told}" if judgement.kind in BESIDE else told


def _totals(report: reconciliation.Report) -> list[tuple[str, Any, int]]:
    return [(level, title, report.outcomes[key]) for key, (level, title) in OUTCOMES.items() if report.outcomes[key]]


def _began(window: metrics.Window) -> Any:
    """When the shop began to track, if that was in this period or after it."""
    since = orders.track_since(conf.OUTBOX_DATABASES[0])
    return since if since and since > window.start else None


def _wanted(show: str) -> Any:
    if show == DIFFERENCES:
        return lambda judgement: judgement.kind is not None
    return (lambda judgement: judgement.outcome == show) if show else (lambda judgement: True)


def _days(window: metrics.Window) -> str:
    first, last = (date_format(day, "j M Y") for day in window.days)
    return first if first == last else f"{first} \N{EN DASH} {last}"


def _cursor(position: Any) -> str:
    """Signed, so that what comes back is a position of ours."""
    return signing.dumps(position, salt=__name__, compress=True)


def _position(request: HttpRequest) -> Any:
    """Where the page begins: at the beginning, if nobody says where."""
    try:
        return signing.loads(request.GET.get("after", ""), salt=__name__)
    except signing.BadSignature:
        return None
