"""Filters whose choices are known without asking the table."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy as _

from .. import metrics
from ..conf import conf
from ..events import StandardEvent
from ..models.states import UNSENT

WIDEST = "28d"
MOST_SCANNED = 50_000
ALWAYS = "all"
CUSTOM = "custom"


class PeriodFilter(admin.SimpleListFilter):
    """The last 28 days unless another period is chosen or something is searched for: the rest is never scanned.

    Where no index leads to what is asked for, only the newest rows of the period are looked through.
    """

    title = _("period")
    parameter_name = "period"
    field = "created_at"
    is_search = False

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.is_scan = model_admin.is_scan(request)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*metrics.WINDOWS.items(), (ALWAYS, _("any time"))]

    def chosen(self) -> str:
        return self.value() or (ALWAYS if self.is_search else WIDEST)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        self.is_search = bool(request.GET.get("q"))
        if metrics.is_window(self.chosen()):
            window = metrics.window(self.chosen())
            queryset = queryset.filter(**{f"{self.field}__gte": window.start})
            # what a clock that runs ahead tells of tomorrow belongs to the last days, and to no others
            queryset = (
                queryset if window.name in metrics.WINDOWS else queryset.filter(**{f"{self.field}__lt": window.end})
            )
        return self.newest(request, queryset) if self.is_scan else queryset

    def newest(self, request: HttpRequest, queryset: Any) -> Any:
        """So many that a page never takes longer, however many there are; who looks at it is told."""
        times = queryset.order_by(f"-{self.field}").values_list(self.field, flat=True)
        oldest = next(iter(times[MOST_SCANNED - 1 : MOST_SCANNED]), None)
        if oldest is None:
            return queryset
        since = date_format(timezone.localtime(oldest), "j M, H:i")
        told = _("Only the newest %(count)s were looked through, those since %(since)s. A search finds older ones too.")
        messages.warning(request, told % {"count": number_format(MOST_SCANNED, force_grouping=True), "since": since})
        return queryset.filter(**{f"{self.field}__gte": oldest})

    def choices(self, changelist: Any) -> Iterator[Any]:
        for name, title in self.lookup_choices:
            address = changelist.get_query_string({self.parameter_name: name})
            yield {"selected": self.chosen() == name, "query_string": address, "display": title}
        if metrics.is_window(self.chosen()) and self.chosen() not in metrics.WINDOWS:
            first, last = (date_format(day, "j M Y") for day in metrics.window(self.chosen()).days)
            address = changelist.get_query_string({})
            yield {"selected": True, "query_string": address, "display": f"{first} \N{EN DASH} {last}"}


class EventPeriodFilter(PeriodFilter):
    field = "event_time"


class AttemptPeriodFilter(PeriodFilter):
    field = "started_at"


class DayFilter(PeriodFilter):
    """Of rows that stand for a whole day."""

    def chosen(self) -> str:
        return self.value() or ALWAYS

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if metrics.is_window(self.chosen()):
            return queryset.filter(day__range=metrics.window(self.chosen()).days)
        return queryset


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
        several = request.GET.get("status__in", "").split(",")  # by a link; Django compares the status itself
        if set(several) <= set(UNSENT):
            chosen = chosen.filter(set_apart__in=several)
        return chosen.in_status(given[0]) if len(given) == 1 else chosen


class OddAnswerFilter(admin.BooleanFieldListFilter):
    """Django's own, led by an index."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen: Any = super().queryset(request, queryset)
        return chosen.with_odd_answers() if request.GET.get(self.lookup_kwarg) == "1" else chosen


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
