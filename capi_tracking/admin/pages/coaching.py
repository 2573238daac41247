"""How well the events can be matched, and what would raise it: what ``coach`` says, as a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _

from ... import metrics
from ...coach import Coached, EventAdvice, coach
from ...conf import conf
from ...events import StandardEvent
from ...models import MatchQuality
from ..dashboard import charts
from ..periods import chosen_window, context
from ..readonly import ReadOnlyAdmin


@dataclass(frozen=True, slots=True)
class Line:
    """A key with its share over time, drawn."""

    carried: metrics.Carried
    spark: tuple[str, ...]


@admin.register(MatchQuality)
class MatchQualityAdmin(ReadOnlyAdmin):
    """One page of shares and advice. Its permission shows no event: hence no other address than the list's."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.changelist_view)
        return [path("", page, name="capi_tracking_matchquality_changelist")]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return TemplateResponse(request, "admin/capi_tracking/match_quality.html", self._page(request))

    def _page(self, request: HttpRequest) -> dict[str, Any]:
        window, pixel = chosen_window(request), _pixel(request)
        told = coach(window, metrics.Asked(using=conf.OUTBOX_DATABASES[0], pixel=pixel))
        shown = _chosen(told, request.GET.get("event", ""))
        metas = metrics.metas(using=conf.OUTBOX_DATABASES[0], pixel=pixel)
        kept = {"pixel": pixel, "event": shown.event_name if shown else ""}
        return {
            **context(self, request, _("Match quality"), window),
            "told": told,
            "is_cut": told.window != window,
            "shown": shown,
            "metas": metrics.metas_beside(metas, shown.event_name) if shown else (),
            "lines": list(_lines(shown)) if shown else [],
            "pixel": pixel,
            "aliases": list(conf.PIXELS) if len(conf.PIXELS) > 1 else [],
            "kept": [(name, value) for name, value in kept.items() if value],
            "more": "".join(f"&{urlencode({name: value})}" for name, value in kept.items() if value),
            "address": f"?{urlencode({'period': window.name})}",
        }


def _pixel(request: HttpRequest) -> str:
    """One of the settings', or "" for all."""
    asked = request.GET.get("pixel", "")
    return asked if asked in conf.PIXELS else ""


def _chosen(told: Coached, name: str) -> EventAdvice | None:
    """The event that is asked for, else the sale, else the busiest."""
    for wanted in (name, StandardEvent.PURCHASE):
        for event in told.events:
            if event.event_name == wanted:
                return event
    return next(iter(told.events), None)


def _lines(event: EventAdvice) -> Iterator[Line]:
    for each in event.keys:
        yield Line(each, charts.spark([share.percent for share in each.over_time]))
