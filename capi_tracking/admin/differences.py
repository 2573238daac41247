from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..models import OrderDifference
from .filters import EventPeriodFilter, PixelFilter
from .links import events_found_by
from .readonly import ReadOnlyAdmin


@admin.register(OrderDifference)
class OrderDifferenceAdmin(ReadOnlyAdmin):
    """What the last comparison of orders and outbox found; of what a row tells, the events' own list does."""

    list_display = ["event_time", "order", "kind", "event_name", "worth", "told", "pixel", "found_at"]
    list_filter = [EventPeriodFilter, "kind", PixelFilter]
    sortable_by = ["event_time"]
    ordering = ["-event_time", "-pk"]
    fields = ["event_time", "order", "kind", "event_name", "part", "pixel", "worth", "told", "found_at"]
    readonly_fields = ["order", "worth", "told"]

    @admin.display(description=_("order"))
    def order(self, difference: OrderDifference) -> SafeString:
        return format_html('<a href="{}">{}</a>', events_found_by(difference.order_key), difference.order_key)

    @admin.display(description=_("value of the order"))
    def worth(self, difference: OrderDifference) -> str:
        return _money(difference.currency, difference.value)

    @admin.display(description=_("value told"))
    def told(self, difference: OrderDifference) -> str:
        return _money(difference.sent_currency, difference.sent_value)


def _money(currency: str, value: Any) -> str:
    return "-" if value is None else f"{currency} {value:,.2f}".strip()
