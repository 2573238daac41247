from django.contrib import admin

from ...models import PageReport
from ..readonly import ReadOnlyAdmin


@admin.register(PageReport)
class PageReportAdmin(ReadOnlyAdmin):
    list_display = ["day", "kind", "page", "subject", "name", "count"]
    list_filter = ["kind"]
    sortable_by = ["day"]
    ordering = ["-day", "-count", "pk"]
    fields = ["day", "kind", "page", "subject", "name", "count"]
