"""What staff do to events: asked again where they are many, or where there is no way back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .. import metrics
from ..conf import conf
from ..models import OutboxEvent
from ..models.verbs.byhand import ByHand, carry_out
from .asking import ask, is_confirmed
from .dashboard.sheets import sheet
from .readonly import MOST_CHANGED, ReadOnlyAdmin

FEW = 10  # events that are tried again without a question
MOST_EXPORTED = 10_000
DONE = {
    ByHand.RETRY: gettext_lazy("Tried again"),
    ByHand.RELEASE: gettext_lazy("Released"),
    ByHand.CANCEL: gettext_lazy("Cancelled"),
}
TITLES = {
    ByHand.RETRY: gettext_lazy("Try these events again now?"),
    ByHand.RELEASE: gettext_lazy("Release these events?"),
    ByHand.CANCEL: gettext_lazy("Cancel these events, and never send them?"),
}
LINES = {
    ByHand.RETRY: gettext_lazy(
        "They keep their ids and times, so that Meta counts none of them twice. Deadlines run on."
    ),
    ByHand.RELEASE: gettext_lazy("They are sent as if this environment had recorded them. Deadlines run on."),
    ByHand.CANCEL: gettext_lazy("The customers' data in them is removed at once: there is no way back."),
}
EXPORTED = [
    "event_time",
    "event_name",
    "event_id",
    "order_key",
    "part",
    "pixel",
    "status",
    "reason",
    "currency",
    "value",
    "refunded",
    "match_score",
    "consent_state",
    "source",
    "attempts",
    "sent_at",
    "browser_at",
    "deadline_at",
    "is_test",
]


class HandsOn(ReadOnlyAdmin):
    """The outbox's rows, with all that may be done to them by hand."""

    actions = ["retry", "release", "cancel", "export"]

    @admin.action(description=ByHand.RETRY.label, permissions=["operate"])
    def retry(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._chosen(request, queryset, ByHand.RETRY)

    @admin.action(description=ByHand.RELEASE.label, permissions=["operate"])
    def release(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._chosen(request, queryset, ByHand.RELEASE)

    @admin.action(description=ByHand.CANCEL.label, permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._chosen(request, queryset, ByHand.CANCEL)

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["export"])
    def export(self, request: HttpRequest, queryset: Any) -> HttpResponseBase | None:
        """No customer is in it: neither payload nor keys of persons."""
        rows = list(queryset.order_by("-event_time", "-pk").values_list(*EXPORTED)[: MOST_EXPORTED + 1])
        if len(rows) > MOST_EXPORTED:
            self.message_user(request, _("Choose at most %s at a time.") % MOST_EXPORTED, messages.ERROR)
            return None
        told = ngettext("%s event", "%s events", len(rows)) % len(rows)
        self.note_many(request, _("Exported"), told)
        return sheet("events", EXPORTED, rows)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "export")

    def _chosen(self, request: HttpRequest, queryset: Any, verb: ByHand) -> HttpResponse | None:
        if (last := request.POST.get("last", "")).isdecimal():
            queryset = queryset.filter(
                pk__lte=int(last[:18])
            )  # those that the question was about, none that came since
        rows = self.few_enough(request, queryset.defer("payload"))
        if rows and not is_confirmed(request) and (verb == ByHand.CANCEL or len(rows) > FEW):
            return self._ask(request, rows, verb)
        self.act(request, rows, verb)
        return None

    def act(self, request: HttpRequest, rows: Sequence[OutboxEvent], verb: ByHand) -> None:
        if not rows:
            return
        done = carry_out(self._these(rows), verb)
        if done:
            self.note(request, rows, str(DONE[verb]))
        told = ngettext("%(what)s: %(done)s of %(all)s event.", "%(what)s: %(done)s of %(all)s events.", len(rows)) % {
            "what": DONE[verb],
            "done": done,
            "all": len(rows),
        }
        self.message_user(request, told, messages.SUCCESS if done == len(rows) else messages.WARNING)

    def _ask(self, request: HttpRequest, rows: Sequence[OutboxEvent], verb: ByHand) -> HttpResponse:
        """The form goes to the same list, with the same filters."""
        chosen = [("_selected_action", pk) for pk in request.POST.getlist("_selected_action")[:MOST_CHANGED]]
        across = request.POST.get("select_across", "0")
        last = max(row.pk for row in rows)
        asked = [("action", verb.value), ("index", "0"), ("select_across", across), ("last", last), *chosen]
        return self.ask_about(request, self._these(rows), verb, asked=asked, back=request.get_full_path())

    def ask_about(self, request: HttpRequest, rows: Any, verb: ByHand, *, asked: Any, back: str) -> HttpResponse:
        stake = metrics.stake(rows, verb)
        return ask(
            self,
            request,
            title=str(TITLES[verb]),
            lines=[LINES[verb]],
            button=str(verb.label),
            back=back,
            asked=asked,
            can_go=stake.able > 0,
            stake=stake,
        )

    def _these(self, rows: Sequence[OutboxEvent]) -> Any:
        return OutboxEvent.objects.using(conf.OUTBOX_DATABASES[0]).filter(pk__in=[row.pk for row in rows])
