"""Where to find things in the admin that is asked: the shop may have several, and not all of our lists in each."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from ..context import current_request
from ..orders import Called


def page(name: str, *args: Any) -> str:
    """The address of a page of ours, "" where this admin has none."""
    return _address(f"capi_tracking_{name}", *args)


def may_open(request: HttpRequest, model: str) -> bool:
    """Whether this admin has that list, and this person may look at it: who may change may see."""
    permitted = any(request.user.has_perm(f"capi_tracking.{verb}_{model}") for verb in ("view", "change"))
    return permitted and bool(page(f"{model}_changelist"))


def rows(model: str, **chosen: Any) -> str:
    """That list, with these filters; what is empty is left out."""
    asked = {name: value for name, value in chosen.items() if value not in ("", None)}
    address = page(f"{model}_changelist")
    return f"{address}?{urlencode(asked)}" if address and asked else address


def event_page(pk: int) -> str:
    return page("outboxevent_change", pk)


def events_found_by(term: str) -> str:
    return rows("outboxevent", q=term)


def order_page(order_key: str, order: Called | None = None) -> str:
    """Where the adapter says that it is, else its page in this admin; "" where the shop has none."""
    if order and order.page:
        return order.page
    label, _colon, pk = order_key.partition(":")
    return _address(f"{label.replace('.', '_')}_change", pk)


def _address(name: str, *args: Any) -> str:
    request = current_request()
    here = request.resolver_match.namespace if request and request.resolver_match else None
    try:
        return reverse(f"admin:{name}", args=args, current_app=here)
    except NoReverseMatch:
        return ""
