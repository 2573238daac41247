from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ...models import OrderDifference
from ...models.difference import STORED
from ..filters import EventPeriodFilter, PixelFilter
from ..links import events_found_by, order_page
from ..readonly import ReadOnlyAdmin


class KindFilter(admin.SimpleListFilter):
    """Those that are stored."""

    title = _("difference")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [(kind.value, kind.label) for kind in STORED]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OrderDifference)
class OrderDifferenceAdmin(ReadOnlyAdmin):
    """What the last comparison of orders and outbox found; of what a row tells, the events' own list does."""

    list_display = ["event_time", "order", "kind", "event_name", "worth", "told", "pixel"]
    list_filter = [KindFilter, EventPeriodFilter, PixelFilter]
    sortable_by = ["event_time"]
    ordering = ["-event_time", "-pk"]
    fields = ["event_time", "order", "kind", "event_name", "part", "pixel", "worth", "told", "found_at"]
    readonly_fields = ["order", "worth", "told"]

    @admin.display(description=_("order"))
    def order(self, difference: OrderDifference) -> str:
        page = order_page(difference.order_key)
        return format_html('<a href="{}">{}</a>', page, difference.order_key) if page else difference.order_key

    @admin.display(description=_("value of the order"))
    def worth(self, difference: OrderDifference) -> str:
        return _money(difference.currency, difference.value)

    @admin.display(description=_("value told"))
    def told(self, difference: OrderDifference) -> str:
        told = _money(difference.sent_currency, difference.sent_value)
        return format_html('<a href="{}">{}</a>', events_found_by(difference.order_key), told) if told != "-" else told


def _money(currency: str, value: Any) -> str:
    return "-" if value is None else f"{currency} {value:,.2f}".strip()
