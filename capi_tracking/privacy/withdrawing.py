"""Consent taken back: what is not sent never is, orders that are paid later included."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.utils import timezone

from ..models import CheckoutContext, OutboxEvent, PersonKey, Withdrawal
from ..models.database.slices import in_slices
from .persons import Person

MOST = 100  # of one person's other keys, and of one person's orders
OF_CONTEXTS = (PersonKey.VISITOR, PersonKey.EXTERNAL, PersonKey.EMAIL)

Keys = frozenset[tuple[str, str]]  # kind and key


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """How many events will not be sent, and of how many checkouts the decision alone is left."""

    cancelled: int = 0
    contexts: int = 0

    def __add__(self, other: "Withdrawn") -> "Withdrawn":
        return Withdrawn(self.cancelled + other.cancelled, self.contexts + other.contexts)


def withdraw(person: Person, *, using: str, reason: str = "consent_withdrawn", at: datetime | None = None) -> Withdrawn:
    """Take back the person's consent in that database.

    What waits is cancelled, and what is under way goes no further than the request now running; the customer's data
    leaves all of the person's rows at once. Their checkouts keep the decision "denied" alone, so that an order that is
    paid later is not sent, and no renewal is, until consent is given anew. ``at``: when they decided, by default now.
    """
    keys, when = person.keys, at or timezone.now()
    Withdrawal.objects.using(using).note(keys, at=when, reason=reason)
    contexts = _reduce_contexts(keys, when, using)
    Withdrawal.objects.using(using).note(_whose_orders(keys, using), at=when, reason=reason)
    return Withdrawn(_cancel(keys, reason, using), contexts)


def _cancel(keys: Keys, reason: str, using: str) -> int:
    """A query for each key: with OR no index would lead to any."""
    cancelled = 0
    for kind, key in sorted(keys):
        rows = OutboxEvent.objects.using(using).filter(**{f"{kind}_key": key})
        cancelled += in_slices(partial(rows.revoke, reason))
        in_slices(rows.strip)
    return cancelled


def _reduce_contexts(keys: Keys, when: datetime, using: str) -> int:
    contexts = CheckoutContext.objects.using(using)
    found = [contexts.filter(**{f"{kind}_key": key}) for kind, key in sorted(keys) if kind in OF_CONTEXTS]
    if orders := _orders_of(keys, using):
        found.append(contexts.filter(key__in=orders))
    return sum(in_slices(partial(each.revoke, when)) for each in found)


def _orders_of(keys: Keys, using: str) -> set[str]:
    """The orders that the outbox knows of this person: their checkouts may carry no key."""
    found: set[str] = set()
    for kind, key in keys:
        rows = OutboxEvent.objects.using(using).filter(**{f"{kind}_key": key}, order_key__isnull=False)
        found.update(str(each) for each in rows.values_list("order_key", flat=True)[:MOST])
    return found


def _whose_orders(keys: Keys, using: str) -> Keys:
    """Whom a browser's orders are of: a renewal knows the customer alone."""
    found: set[tuple[str, str]] = set()
    for browser in [key for kind, key in keys if kind == PersonKey.VISITOR]:
        rows = OutboxEvent.objects.using(using).filter(visitor_key=browser, order_key__isnull=False)
        for external_key, email_key in rows.values_list("external_key", "email_key")[:MOST]:
            found |= {(kind, key) for kind, key in (("external", external_key), ("email", email_key)) if key}
    return frozenset(found)
