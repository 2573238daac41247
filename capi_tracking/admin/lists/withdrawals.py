from django.contrib import admin

from ...models import Withdrawal
from ..readonly import ReadOnlyAdmin


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnlyAdmin):
    """That consent was taken back, and when. The key leads to a person's rows, and tells nobody who it is."""

    list_display = ["withdrawn_at", "kind", "key", "reason"]
    sortable_by = ["withdrawn_at"]
    ordering = ["-withdrawn_at"]
    fields = ["withdrawn_at", "kind", "key", "reason"]
