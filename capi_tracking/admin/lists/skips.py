from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ... import metrics
from ...models import SkipCount
from ..drilling import ReasonDrill
from ..filters import DayFilter, EventNameFilter, PixelFilter
from ..readonly import ReadOnlyAdmin


@admin.register(SkipCount)
class SkipAdmin(ReadOnlyAdmin):
    list_display = ["day", "event_name", "why", "count", "pixel"]
    list_filter = [DayFilter, EventNameFilter, PixelFilter, ReasonDrill]
    sortable_by = []
    ordering = ["-day", "-pixel", "-event_name", "-reason"]  # as the one index that there is
    fields = ["day", "event_name", "why", "count", "pixel"]
    readonly_fields = ["why"]

    @admin.display(description=_("reason"))
    def why(self, skipped: SkipCount) -> str:
        return metrics.explain(skipped.reason)
