"""Consent taken back: what is not sent never is, orders that are paid later included."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils import timezone

from ..models import CheckoutContext, OutboxEvent, PersonKey, Withdrawal
from ..models.slices import in_slices

MOST = 100  # of one person's other keys, and of one person's orders
OF_CONTEXTS = (PersonKey.VISITOR, PersonKey.EXTERNAL, PersonKey.EMAIL)

Keys = Mapping[str, str]  # by their kinds


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many events will not be sent, and of how many checkouts the decision alone is left."""

    cancelled: int = 0
    contexts: int = 0


def withdraw(
    *,
    visitor_key: str | None = None,
    external_key: str | None = None,
    email_key: str | None = None,
    phone_key: str | None = None,
    using: str,
    reason: str = "consent_withdrawn",
    at: datetime | None = None,
) -> Withdrawn:
    """Take back the consent of the person whose keys these are (16 hex characters each, as rows carry them).

    What waits is cancelled, and what is under way goes no further than the request now running; the customer's data
    leaves all of the person's rows at once. Their checkouts keep the decision "denied" alone, so that an order that is
    paid later is not sent, and no renewal is, until consent is given anew. ``at``: when they decided, by default now.
    """
    given = {"visitor": visitor_key, "external": external_key, "email": email_key, "phone": phone_key}
    keys = {PersonKey(kind).value: key for kind, key in given.items() if key}
    when = at or timezone.now()
    Withdrawal.objects.using(using).note(keys, at=when, reason=reason)
    orders = _orders_of(keys, using)
    contexts = _reduce_contexts(keys, orders, when, using)
    for others in _other_keys(keys, using):
        Withdrawal.objects.using(using).note(others, at=when, reason=reason)
    return Withdrawn(_cancel(keys, reason, using), contexts)


def _cancel(keys: Keys, reason: str, using: str) -> int:
    """A query for each key: with OR no index would lead to any."""
    cancelled = 0
    for kind, key in keys.items():
        rows = OutboxEvent.objects.using(using).filter(**{f"{kind}_key": key})
        cancelled += in_slices(partial(rows.revoke, reason))
        in_slices(rows.strip)
    return cancelled


def _reduce_contexts(keys: Keys, orders: set[str], when: datetime, using: str) -> int:
    contexts = CheckoutContext.objects.using(using)
    found = [contexts.filter(**{f"{kind}_key": keys[kind]}) for kind in OF_CONTEXTS if kind in keys]
    if orders:
        found.append(contexts.filter(key__in=orders))
    return sum(in_slices(partial(each.revoke, when)) for each in found)


def _orders_of(keys: Keys, using: str) -> set[str]:
    """The orders that the outbox knows of this person: their checkouts may carry no key."""
    found: set[str] = set()
    for kind, key in keys.items():
        rows = OutboxEvent.objects.using(using).filter(**{f"{kind}_key": key}, order_key__isnull=False)
        found.update(str(each) for each in rows.values_list("order_key", flat=True)[:MOST])
    return found


def _other_keys(keys: Keys, using: str) -> Iterator[Keys]:
    """Whom a browser's orders are of: a renewal knows the customer alone."""
    if PersonKey.VISITOR not in keys:
        return
    rows = OutboxEvent.objects.using(using).filter(visitor_key=keys[PersonKey.VISITOR], order_key__isnull=False)
    for external_key, email_key in set(rows.values_list("external_key", "email_key")[:MOST]):
        named = {PersonKey.EXTERNAL.value: external_key, PersonKey.EMAIL.value: email_key}
        yield {kind: key for kind, key in named.items() if key}
