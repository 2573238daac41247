"""Which orders are no customers': by the adapter's answers, and by the settings ``EXCLUDED_...``."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from .. import context
from ..conf import conf
from ..consent import Consent, ConsentState
from ..models import CheckoutContext
from ..visitors import exclusions
from . import undoing
from .sales import Sale

STAFF, GROUP, EMAIL, CHANNEL, TEST = (
    f"excluded_{rule}" for rule in ("staff", "group", "email", "channel", "test_order")
)


def reason(sale: Sale, seen: CheckoutContext | None, customer: dict[str, Any], consent: Consent) -> str:
    """Why the shop does not want this sale told: "excluded_" and the rule, or what undid the order; "" if it does."""
    return next(_reasons(sale, seen, customer, consent), "")


def _reasons(sale: Sale, seen: CheckoutContext | None, customer: dict[str, Any], consent: Consent) -> Iterator[str]:
    order, adapter = sale.order, sale.adapter
    if why := undoing.why(order, adapter):
        yield why
    if adapter.is_test(order):
        yield TEST
    yield from _of_user(adapter.placed_by(order))
    if conf.EXCLUDED_EMAILS and _is_like(customer.get("email"), conf.EXCLUDED_EMAILS):
        yield EMAIL
    if conf.EXCLUDED_CHANNELS and _is_like(adapter.channel(order), conf.EXCLUDED_CHANNELS):
        yield CHANNEL
    if seen is not None and seen.client_ip and exclusions.is_excluded_address(seen.client_ip):
        yield exclusions.ADDRESS
    if seen is None and consent.state == ConsentState.UNKNOWN:
        yield from _of_visit()


def _of_user(user: Any) -> Iterator[str]:
    """A query only where groups are excluded and somebody was logged in."""
    if user is None:
        return
    if getattr(user, "is_staff", False):
        yield STAFF
    groups = conf.EXCLUDED_GROUPS
    if groups and getattr(user, "pk", None) and user.groups.filter(name__in=groups).exists():
        yield GROUP


def _of_visit() -> Iterator[str]:
    """Nothing was kept of this visit, perhaps because it is the shop's own: that says more than that nobody was asked."""
    request = context.current_request()
    if request is None:
        return
    if exclusions.is_excluded(request):
        yield exclusions.ADDRESS
    if getattr(getattr(request, "user", None), "is_staff", False):
        yield STAFF


def _is_like(given: Any, patterns: list[str]) -> bool:
    """Whether one of the values is like one of the patterns, whatever the case."""
    values = given if isinstance(given, list | tuple) else [given]
    texts = [str(value).strip().lower() for value in values if value]
    return any(fnmatchcase(text, pattern.lower()) for text in texts for pattern in patterns)
