"""What the buyer's browser said at checkout, kept for a payment that arrives without one."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from .. import consent as consents
from .. import context
from ..conf import conf
from ..consent import Consent, ConsentState
from ..context import RequestContext
from ..events import UserData
from ..keyed_hashes import identity_key
from ..models import CheckoutContext
from ..models.database import prepared
from ..visitors import exclusions, people
from . import identity

if TYPE_CHECKING:
    from django.http import HttpRequest

    from .adapters.protocol import OrderAdapter

MAY_BE_KEPT = frozenset({ConsentState.GRANTED, ConsentState.LIMITED})


def visitor_request() -> "HttpRequest | None":
    """The request that this code runs for, if a shop's visitor made it: no staff, no admin, no API key, no webhook, nobody
    at an excluded address.
    """
    request = context.current_request()
    return request if request is not None and _is_visitor(request) else None


def _is_visitor(request: "HttpRequest") -> bool:
    if not request.COOKIES or "authorization" in request.headers:
        return False  # a payment provider's call carries no cookies; its address and agent are nobody's
    match = request.resolver_match
    if (match is not None and "admin" in match.app_names) or exclusions.is_excluded(request):
        return False
    return not getattr(getattr(request, "user", None), "is_staff", False)


def consent_of(request: "HttpRequest") -> Consent:
    """The visitor's consent as this request tells it."""
    seen = context.of(request)
    return consents.decide(seen.consent_cookie, gpc=seen.gpc, request=request)


def key_of(order: Any, adapter: "OrderAdapter") -> str:
    """Where the order's checkout context lies. An adapter's "" is no key: under it all buyers would be one."""
    return identity.bounded(adapter.context_key(order) or identity.order_key(order.__class__, order.pk))


def capture(request: "HttpRequest", key: str, buyer: Callable[[], Mapping[str, Any]], *, using: str) -> CheckoutContext:
    """Keep what the request says under ``key``; what an earlier request said stays. ``buyer``: their plain data."""
    row = _row(key, context.of(request), consent_of(request), buyer)
    CheckoutContext.objects.using(using).remember(row)
    return row


def recall(key: str, *, using: str) -> CheckoutContext | None:
    """What was kept under ``key`` in the last ``CONTEXT_DAYS`` days."""
    oldest = timezone.now() - timedelta(days=conf.CONTEXT_DAYS)
    row = prepared.find(CheckoutContext, using=using, key=key)
    return row if row and row.created_at >= oldest else None


def remember(request: "HttpRequest", *, using: str | None = None) -> str:
    """Keep this visitor's context for an order that will be born in a webhook.

    Returns the key (32 characters) to put into the payment's metadata; ``context_key`` of the adapter gives it back.
    """
    key = uuid.uuid4().hex
    capture(request, key, partial(people.plain, request), using=using or conf.OUTBOX_DATABASES[0])
    return key


def consent_in(row: CheckoutContext | None) -> Consent:
    """The decision that the context proves; unknown where there is none."""
    if row is None:
        return Consent(source="no_context")
    return Consent(row.consent_state, policy=row.consent_policy, source=row.consent_source, at=row.consent_at)


def _row(key: str, seen: RequestContext, consent: Consent, buyer: Callable[[], Mapping[str, Any]]) -> CheckoutContext:
    """Of a visitor who refused, the decision alone is kept."""
    row = CheckoutContext(
        key=key,
        consent_state=consent.state,
        consent_policy=consent.policy,
        consent_source=consent.source,
        consent_at=consent.at,
    )
    if consent.state in MAY_BE_KEPT:
        row.fbp, row.fbc, row.client_ip = seen.fbp, seen.fbc, seen.client_ip or None
        row.user_agent, row.url, row.referrer = seen.user_agent, seen.url, seen.referrer
        row.visitor_key = seen.visitor_key
        row.external_key, row.email_key = _keys(buyer())
    return row


def _keys(buyer: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """By which a withdrawal finds this checkout: the customer's own key and that of the e-mail address."""
    known = UserData.of(**{name: buyer[name] for name in ("external_id", "email") if buyer.get(name)})
    external_id, email = (each[0] if each else "" for each in (known.external_id, known.em))
    return identity_key("external_id", external_id), identity_key("em", email)
