"""Filters whose choices are known without asking the table."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import metrics
from ..conf import conf
from ..events import StandardEvent

WIDEST = "28d"
ALWAYS = "all"
CUSTOM = "custom"


class PeriodFilter(admin.SimpleListFilter):
    """The last 28 days unless another period is chosen or something is searched for: the rest is never scanned."""

    title = _("period")
    parameter_name = "period"
    field = "created_at"
    is_search = False

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*metrics.WINDOWS.items(), (ALWAYS, _("any time"))]

    def chosen(self) -> str:
        return self.value() or (ALWAYS if self.is_search else WIDEST)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        self.is_search = bool(request.GET.get("q"))
        if self.chosen() not in metrics.WINDOWS:
            return queryset
        return queryset.filter(**{f"{self.field}__gte": metrics.window(self.chosen()).start})

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, title in self.lookup_choices:
            address = changelist.get_query_string({self.parameter_name: name})
            yield {"selected": self.chosen() == name, "query_string": address, "display": title}


class EventPeriodFilter(PeriodFilter):
    field = "event_time"


class AttemptPeriodFilter(PeriodFilter):
    field = "started_at"


class EventNameFilter(admin.SimpleListFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((name.value, name.value) for name in StandardEvent), (CUSTOM, _("custom events"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == CUSTOM:
            return queryset.exclude(event_name__in=[name.value for name in StandardEvent])
        return queryset.filter(event_name=self.value()) if self.value() else queryset


class StatusFilter(admin.ChoicesFieldListFilter):
    """Django's own, led by an index."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen: Any = super().queryset(request, queryset)
        given = self.lookup_val or ()
        return chosen.in_status(given[0]) if len(given) == 1 else chosen


class PixelFilter(admin.SimpleListFilter):
    title = _("pixel")
    parameter_name = "of_pixel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(alias, alias) for alias in conf.PIXELS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(pixel=self.value()) if self.value() else queryset


class PairFilter(admin.SimpleListFilter):
    title = _("pair")
    parameter_name = "pair"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(metrics.Pair.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return metrics.in_pair_state(queryset, pair) if (pair := self.value()) else queryset
