from django.contrib import admin

from ...models import Omission
from ..filters import EventNameFilter, PixelFilter
from ..readonly import ReadOnlyAdmin


@admin.register(Omission)
class OmissionAdmin(ReadOnlyAdmin):
    list_display = ["day", "event_name", "parameter", "kind", "count", "pixel"]
    list_filter = [EventNameFilter, PixelFilter, "kind"]
    sortable_by = []
    ordering = ["-day", "-pixel", "-event_name", "-parameter", "-kind"]  # as the one index that there is
    fields = ["day", "event_name", "parameter", "kind", "count", "pixel"]
