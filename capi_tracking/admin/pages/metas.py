"""Meta's own numbers: the latest beside ours, the days before, and a button that asks now."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import dataset_quality, metrics
from ...conf import conf
from ...models import QualityFetch, QualitySnapshot
from ..dashboard import charts
from ..filters import PixelFilter
from ..links import may_open
from ..periods import context
from ..readonly import ReadOnlyAdmin, pill

LONGEST_NAME = 100


@admin.register(QualitySnapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """One page, and each day's row of an event with all that Meta told."""

    fields = [
        *("pixel", "event_name", "day", "taken_at", "score", "coverage", "goal", "freshness"),
        *("keys_told", "dedup_told", "diagnostics_told"),
        *("counted_since", "counted_until", "browser_count", "server_count", "our_count", "doubtful_count"),
    ]
    readonly_fields = ["keys_told", "dedup_told", "diagnostics_told"]

    @admin.display(description=gettext_lazy("share of events by key"), empty_value="-")
    def keys_told(self, told: QualitySnapshot) -> SafeString:
        return _lines((key, _percent(share)) for key, share in told.keys.items())

    @admin.display(description=gettext_lazy("deduplication by key"), empty_value="-")
    def dedup_told(self, told: QualitySnapshot) -> SafeString:
        words = _("on %(browser)s of browser events and %(server)s of server events; covers %(added)s more")
        return _lines(
            (key, words % {side: _percent(share) for side, share in shares.items()})
            for key, shares in told.dedup.items()
        )

    @admin.display(description=gettext_lazy("diagnostics"), empty_value="-")
    def diagnostics_told(self, told: QualitySnapshot) -> SafeString:
        return _lines(
            (each["name"], " ".join(filter(None, (each["description"], each["solution"], _affected(each)))))
            for each in told.diagnostics
        )

    def has_fetch_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "fetch")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._fetch(request)
        return TemplateResponse(request, "admin/capi_tracking/metas.html", self._page(request))

    def _page(self, request: HttpRequest) -> dict[str, Any]:
        using, found = conf.OUTBOX_DATABASES[0], metrics.metas(using=conf.OUTBOX_DATABASES[0])
        pixel, event = _chosen(request, found)
        days = metrics.metas_by_day(pixel, event, using=using) if event else ()
        return {
            **context(self, request, _("Meta's own numbers")),
            "found": [each for each in found if each.pixel in conf.PIXELS],
            "has_several": len(conf.PIXELS) > 1,
            "pixel": pixel,
            "event": event,
            "days": days,
            "spark": charts.spark([int(day.score * 10) if day.score is not None else None for day in days]),
            "is_shadow": conf.SHADOW,
            "may_fetch": self.has_fetch_permission(request),
            "may_see_fetches": may_open(request, "qualityfetch"),
        }

    def _fetch(self, request: HttpRequest) -> HttpResponse:
        if not self.has_fetch_permission(request):
            raise PermissionDenied
        if "fetch" not in request.POST:
            return HttpResponseNotAllowed(["GET"])
        done = dataset_quality.fetch_all(patience=dataset_quality.PATIENCE, budget=dataset_quality.BUDGET)
        if done:
            whom = ", ".join(f"{each.pixel}: {each.problem or each.events}" for each in done)
            self.note_many(request, _("Fetched Meta's numbers"), whom)
        else:
            told = _("Meta was asked a moment ago: wait half a minute.") if conf.ENABLED else _("ENABLED is off.")
            self.message_user(request, told, messages.WARNING)
        for each in done:
            self._tell(request, each)
        return HttpResponseRedirect(request.path)

    def _tell(self, request: HttpRequest, done: QualityFetch) -> None:
        problem = metrics.unasked(done.problem, done.asked_for, done.code, done.subcode, done.trace_id)
        if problem is None:
            told = ngettext("Meta told of %s event.", "Meta told of %s events.", done.events) % done.events
            self.message_user(request, f"{done.pixel}: {told}", messages.SUCCESS)
            return
        code = _("Code %s.") % problem.code if problem.code else ""
        told = " ".join(filter(None, (problem.why, code, problem.advice)))
        self.message_user(request, f"{done.pixel}: {told}", messages.ERROR)


def _chosen(request: HttpRequest, found: tuple[metrics.Metas, ...]) -> tuple[str, str]:
    """Pixel and event of the address, if Meta told of them; "" and "" if not."""
    asked = request.GET.get("pixel", "")[:LONGEST_NAME], request.GET.get("event", "")[:LONGEST_NAME]
    known = {(each.pixel, line.event_name) for each in found for line in each.told}
    return asked if asked in known else ("", "")


def _lines(told: Iterable[tuple[str, str]]) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}: {}", told)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:g}\N{NO-BREAK SPACE}%"


def _affected(diagnostic: dict[str, Any]) -> str:
    return "" if diagnostic["percent"] is None else f"({_percent(diagnostic['percent'])})"


@admin.register(QualityFetch)
class FetchAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "outcome", "events", "asked_for", "code", "subcode", "trace_id", "pixel"]
    list_filter = [PixelFilter]
    sortable_by = []
    ordering = ["-started_at", "-pk"]
    exclude = ["told"]

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, done: QualityFetch) -> SafeString:
        return pill("bad" if done.problem else "good", done.get_problem_display() or _("told"))
