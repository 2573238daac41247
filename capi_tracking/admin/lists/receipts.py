from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ... import metrics
from ...models import BrowserReceipt, BrowserState
from ..drilling import CopyDrill, NameDrill
from ..filters import EventNameFilter, PeriodFilter, PixelFilter
from ..links import events_found_by
from ..readonly import ReadOnlyAdmin, pill

LEVELS = {BrowserState.HANDED_OVER: "good", BrowserState.BLOCKED: "warn", BrowserState.UNKNOWN: "quiet"}


@admin.register(BrowserReceipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ["event_name", "event_id", "heard", "detail", "created_at", "pixel"]
    list_filter = [PeriodFilter, "state", EventNameFilter, PixelFilter, NameDrill, CopyDrill]
    unled = ["state", "event", "of_pixel", "name", "copy"]
    sortable_by = ["created_at"]
    ordering = ["-created_at"]
    search_fields = ["event_id"]
    search_help_text = _("Exactly: event id or key.")
    find = metrics.find_receipts
    fields = [
        "event_name",
        "event_id",
        "heard",
        "detail",
        "created_at",
        "changed_at",
        "pixel",
        "visitor_key",
        "server_copy",
    ]
    readonly_fields = ["heard", "server_copy"]

    @admin.display(description=_("state"))
    def heard(self, receipt: BrowserReceipt) -> SafeString:
        return pill(LEVELS[BrowserState(receipt.state)], receipt.get_state_display())

    @admin.display(description=_("server copy"))
    def server_copy(self, receipt: BrowserReceipt) -> SafeString:
        return format_html('<a href="{}">{}</a>', events_found_by(receipt.key), _("Find it"))
