from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ... import metrics
from ...models import CheckoutContext
from ..filters import PeriodFilter
from ..readonly import ReadOnlyAdmin


@admin.register(CheckoutContext)
class ContextAdmin(ReadOnlyAdmin):
    """What is the visitor's is shown shortened."""

    list_display = ["key", "consent_state", "consent_at", "browser_id", "created_at"]
    list_filter = [PeriodFilter, "consent_state"]
    unled = ["consent_state"]
    sortable_by = ["created_at"]
    ordering = ["-created_at"]
    search_fields = ["key"]
    search_help_text = _("Exactly: the order's key, for example shop.order:42.")
    find = metrics.find_contexts
    fields = [
        "key",
        "browser_id",
        "click_id",
        "address",
        "agent",
        "page",
        "came_from",
        "consent_state",
        "consent_policy",
        "consent_source",
        "consent_at",
        "created_at",
    ]
    readonly_fields = ["browser_id", "click_id", "address", "agent", "page", "came_from"]

    @admin.display(description="fbp")
    def browser_id(self, context: CheckoutContext) -> str:
        return metrics.shortened(context.fbp)

    @admin.display(description="fbc")
    def click_id(self, context: CheckoutContext) -> str:
        return metrics.shortened(context.fbc)

    @admin.display(description=_("IP address"))
    def address(self, context: CheckoutContext) -> str:
        return metrics.shortened(context.client_ip or "")

    @admin.display(description=_("user agent"))
    def agent(self, context: CheckoutContext) -> str:
        return metrics.shortened(context.user_agent)

    @admin.display(description=_("page"))
    def page(self, context: CheckoutContext) -> str:
        return metrics.without_ids(context.url)

    @admin.display(description=_("referrer"))
    def came_from(self, context: CheckoutContext) -> str:
        return metrics.without_ids(context.referrer)
