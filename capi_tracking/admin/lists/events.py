from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from ... import coach, metrics, orders
from ...coach.advice import steps
from ...models import OutboxEvent, Status
from ...models.verbs.byhand import ByHand
from ..asking import is_confirmed
from ..drilling import DRILLED, DRILLS
from ..filters import EventNameFilter, EventPeriodFilter, OddAnswerFilter, PairFilter, PixelFilter, StatusFilter
from ..links import order_page
from ..pages.failures import FailuresPage
from ..pages.overlap import OverlapPage
from ..periods import ways
from ..readonly import pill

LEVELS = {
    Status.SENT: "good",
    Status.PENDING: "going",
    Status.LEASED: "going",
    Status.HELD: "warn",
    Status.DEAD: "bad",
    Status.EXPIRED: "bad",
    Status.SKIPPED: "quiet",
    Status.CANCELLED: "quiet",
}
LED_OUTCOMES = {metrics.Result.LOST, metrics.Result.WAITING}
PAIR_LEVELS = {metrics.Pair.BOTH: "good", metrics.Pair.LATE: "bad"}


@admin.register(OutboxEvent)
class EventAdmin(FailuresPage, OverlapPage):
    list_display = ["event", "state", "when", "pair_state", "worth", "order_key", "match", "pixel"]
    list_filter = [
        EventPeriodFilter,
        ("status", StatusFilter),
        EventNameFilter,
        PairFilter,
        "source",
        "consent_state",
        ("short_ack", OddAnswerFilter),
        PixelFilter,
        *DRILLS,
    ]
    unled = ["event", "pair", "source", "consent_state", "of_pixel", *DRILLED]
    sortable_by = ["when"]
    ordering = ["-event_time"]
    search_fields = ["event_id"]
    search_help_text = gettext_lazy(
        "Exactly: order number, event id, key, or the customer's e-mail address or phone number."
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Whole: what is read later, a router would read where it likes."""
        return super().get_queryset(request).select_related("last_attempt")

    def shown(self, rows: Any) -> Any:
        these = self.model._default_manager.using(rows.db).filter(pk__in=list(rows.values_list("pk", flat=True)))
        return metrics.with_pair(these).defer("payload").order_by(*rows.query.order_by)

    def is_scan(self, request: HttpRequest) -> bool:
        asked = request.GET
        is_led = asked.get("status__exact", Status.SENT) != Status.SENT or asked.get("short_ack__exact") == "1"
        return super().is_scan(request) and not is_led and asked.get("outcome") not in LED_OUTCOMES

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        return metrics.find_events(queryset, search_term, order_keys=orders.keys_of_number(search_term)), False

    # -- columns -------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("event"))
    def event(self, row: OutboxEvent) -> str:
        return str(row.event_name)

    @admin.display(description=gettext_lazy("time"), ordering="event_time")
    def when(self, row: OutboxEvent) -> Any:
        return date_format(timezone.localtime(row.event_time), "j M, H:i")

    @admin.display(description=gettext_lazy("status"))
    def state(self, row: OutboxEvent) -> SafeString:
        status = pill(LEVELS[Status(row.status)], row.get_status_display())
        why = metrics.explain(row.reason)
        return format_html('{} <span class="capi-why" title="{}">{}</span>', status, why, row.reason.replace("_", " "))

    @admin.display(description=gettext_lazy("pair"))
    def pair_state(self, row: Any) -> SafeString | None:
        pair = metrics.Pair(row.pair)
        if pair == metrics.Pair.NEITHER:
            return None
        return pill(PAIR_LEVELS.get(pair, "quiet"), str(pair.label))

    @admin.display(description=gettext_lazy("value"))
    def worth(self, row: OutboxEvent) -> str | None:
        return f"{row.currency}\u00a0{number_format(row.value, 2)}" if row.value is not None else None

    @admin.display(description=gettext_lazy("match keys"))
    def match(self, row: OutboxEvent) -> str | None:
        return f"{row.match_score}\u00a0%" if row.match_score is not None else None

    # -- one event -----------------------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        event = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, event):
            raise PermissionDenied
        if event is None:
            raise Http404
        if request.method == "POST":
            return self._operate(request, event)
        return TemplateResponse(request, "admin/capi_tracking/event.html", self._page(request, event))

    def _page(self, request: HttpRequest, event: OutboxEvent) -> dict[str, Any]:
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "title": f"{event.event_name} {event.order_key or event.event_id}",
            "opts": self.opts,
            "event": event,
            "level": LEVELS[Status(event.status)],
            "ways": ways(request),
            "story": metrics.story(event),
            "steps": steps(coach.for_event(event)),
            **_order(event),
            "may_operate": self.has_operate_permission(request),
        }

    def _operate(self, request: HttpRequest, event: OutboxEvent) -> HttpResponse:
        if not self.has_operate_permission(request):
            raise PermissionDenied
        verb = next((each for each in ByHand if each.value in request.POST), None)
        if verb is None:
            return HttpResponseNotAllowed(["GET"])
        if verb == ByHand.CANCEL and not is_confirmed(request):
            asked = [(verb.value, "1")]
            return self.ask_about(request, self._these([event]), verb, asked=asked, back=request.path)
        self.act(request, [event], verb)
        return HttpResponseRedirect(request.path)


def _order(event: OutboxEvent) -> dict[str, str]:
    """What the shop calls the event's order, and where its people find it."""
    if not event.order_key:
        return {}
    found = orders.called([event.order_key]).get(event.order_key)
    return {
        "number": found.number if found else event.order_key,
        "order_page": order_page(event.order_key, found) if found else "",
    }
