from django.contrib import admin

from ...models import Erasure
from ..readonly import ReadOnlyAdmin


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """That people were erased. Who they were stands nowhere."""

    list_display = ["done_at", "done_by", "kinds", "events", "cancelled", "contexts", "receipts"]
    sortable_by = ["done_at"]
    ordering = ["-done_at"]
    fields = ["done_at", "done_by", "kinds", "events", "cancelled", "contexts", "receipts"]
