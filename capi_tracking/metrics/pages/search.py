"""Finding rows by what a person at the help desk has: an id, an order, an e-mail address, a phone number."""

import re
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from ...events import UserData
from ...keyed_hashes import identity_keys
from ...models import BrowserReceipt, CheckoutContext, OutboxEvent

LONGEST_TERM = 254
_PHONE = re.compile(r"[+(]?\d[\d\s()/.-]{5,24}\Z")
_KEY = re.compile(r"[0-9a-f]{64}\Z")


def find_events(rows: QuerySet[OutboxEvent], term: str, *, order_keys: Sequence[str] = ()) -> QuerySet[OutboxEvent]:
    """Exact matches on indexed columns; e-mail and phone are hashed first, as they were when they came in.

    ``order_keys``: the orders that the shop calls by this term.
    """
    return rows.filter(_any_of(("event_id", "order_key"), term) | _person(term) | Q(order_key__in=order_keys))


def find_receipts(rows: QuerySet[BrowserReceipt], term: str) -> QuerySet[BrowserReceipt]:
    return rows.filter(_any_of(("event_id",), term))


def find_contexts(rows: QuerySet[CheckoutContext], term: str) -> QuerySet[CheckoutContext]:
    return rows.filter(key=term[:LONGEST_TERM].strip())


def _any_of(columns: tuple[str, ...], term: str) -> Q:
    term = term.strip()[:LONGEST_TERM]
    condition = Q(key=term) if _KEY.match(term) else Q()
    for column in columns:
        condition |= Q(**{column: term})
    return condition


def _person(term: str) -> Q:
    """The person whose e-mail address or phone number the term is; nobody, if it is neither."""
    term = term.strip()[:LONGEST_TERM]
    condition = Q(pk__in=())
    if "@" in term:
        condition |= _hashed("email_key", "em", UserData.of(email=term).em)
    elif _PHONE.match(term):
        condition |= _hashed("phone_key", "ph", UserData.of(phone=term).ph)
    return condition


def _hashed(column: str, kind: str, values: tuple[str, ...]) -> Q:
    return Q(**{f"{column}__in": identity_keys(kind, values[0] if values else "")})
