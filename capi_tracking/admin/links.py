"""Where to find an event, and an order."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from ..orders import Called


def event_page(pk: int) -> str:
    return reverse("admin:capi_tracking_outboxevent_change", args=[pk])


def events_found_by(term: str) -> str:
    return f"{reverse('admin:capi_tracking_outboxevent_changelist')}?{urlencode({'q': term})}"


def order_page(order_key: str, order: Called | None = None) -> str:
    """Where the adapter says that it is, else its page in this admin; "" where the shop has none."""
    if order and order.page:
        return order.page
    label, _colon, pk = order_key.partition(":")
    try:
        return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])
    except NoReverseMatch:
        return ""
