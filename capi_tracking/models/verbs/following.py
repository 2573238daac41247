"""Sales that earlier rows tell of: which campaign brought them, and whether their buyers had bought before."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from ..database.parts import in_parts

KEYS = ("visitor_key", "email_key", "external_key")
_SALE = Q(order_key__isnull=False) | Q(event_name="Purchase")


class Teller(NamedTuple):
    """A row that changed: when that was, and whose it is."""

    changed_at: datetime
    event_time: datetime
    visitor_key: str | None
    email_key: str | None
    external_key: str | None


def later_sales(tellers: Sequence[Teller], sales: QuerySet[Any]) -> dict[datetime, datetime]:
    """The times of sales of the same browsers and buyers, with the latest change that each may feel.

    Rather one too many: whoever is told of it adds up an hour for nothing. A query for each kind of key and 500 of them.
    """
    found: dict[datetime, datetime] = {}
    for name in KEYS:
        for time, changed_at in _by(name, tellers, sales.filter(_SALE).order_by()):
            found[time] = max(changed_at, found.get(time, changed_at))
    return found


def _by(name: str, tellers: Iterable[Teller], sales: QuerySet[Any]) -> Iterator[tuple[datetime, datetime]]:
    since: dict[str, tuple[datetime, datetime]] = {}
    for each in tellers:
        if key := getattr(each, name):
            first, last = since.get(key, (each.event_time, each.changed_at))
            since[key] = min(first, each.event_time), max(last, each.changed_at)
    for keys in in_parts(sorted(since)):
        for key, time in sales.filter(**{f"{name}__in": keys}).values_list(name, "event_time"):
            first, changed_at = since[key]
            if time >= first:
                yield time, changed_at
