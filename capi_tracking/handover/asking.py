"""Who asked for the view, and on which page they were."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

from .. import minimisation, orders
from ..context import RequestContext
from ..events import UserData
from ..logs import Plain
from ..visitors import people


def is_sensitive(request: HttpRequest) -> bool:
    """Whether this is a sensitive page, or is asked for by a form or a script of one."""
    asked_from = request.headers.get("hx-current-url", "" if _is_visit(request) else request.headers.get("referer", ""))
    is_from_one = _is_own(request, asked_from) and minimisation.is_sensitive_address(asked_from)
    return is_from_one or minimisation.is_sensitive(request.path)


def visit(request: HttpRequest, seen: RequestContext, obj: Any) -> dict[str, Any]:
    """Who it was, and on which page."""
    adapter = None if obj is None else orders.order_adapter(obj.__class__)
    said = Plain(people.plain(request) | (adapter.user_data(obj) if adapter else {}))
    known = Plain((name, value) for name, value in said.items() if value not in (None, ""))
    browser = {
        "client_ip_address": seen.client_ip,
        "client_user_agent": seen.user_agent,
        "fbp": seen.fbp,
        "fbc": seen.fbc,
    }
    return {**_page(request, seen), "user_data": UserData.of(**{**browser, **known})}


def _page(request: HttpRequest, seen: RequestContext) -> dict[str, str]:
    """What is sent or asked by a script is done on the page that it came from, if that is ours.

    Such a page says no more of itself than it wants to: one with ``pixel_private`` gives its origin alone. Where a
    browser names no page, it is the origin too: a form may be sent to the very address that is secret.
    """
    is_own, is_visit = _is_own(request, seen.referrer), _is_visit(request)
    if is_own and not is_visit:
        return {"event_source_url": seen.referrer}
    if not (is_visit or seen.referrer):
        return {"event_source_url": request.build_absolute_uri("/")}
    return {"event_source_url": seen.url, "referrer_url": seen.referrer}


def _is_own(request: HttpRequest, address: str) -> bool:
    try:
        return urlsplit(address).netloc.lower() == request.get_host().lower()
    except ValueError:
        return False


def _is_visit(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"} and "hx-request" not in request.headers
