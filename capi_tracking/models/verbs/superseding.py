"""A browser may tell of an event before the shop does, and whoever guesses its id may tell of it falsely."""

from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from ..states import Source, Status

if TYPE_CHECKING:
    from ..outbox import OutboxEvent

# What stays: the key's own columns, when it was first heard of, and what browsers and requests did with it.
STAYS = frozenset(
    {"id", "key", "pixel", "event_name", "event_id", "created_at", "updated_at", "deadline_at", "browser_at"}
)
STAYS |= {"attempts", "last_attempt", "sent_at", "short_ack", "is_test"}
OPEN = (Status.PENDING, Status.HELD, Status.DEAD)


def may_supersede(row: "OutboxEvent") -> bool:
    """The shop's own word on an event whose id may be guessed; an order's can't, and has a place of its own."""
    return row.source != Source.RELAY and row.order_key is None


def supersede(rows: "QuerySet[OutboxEvent]", row: "OutboxEvent") -> int:
    """Put the shop's event in the place of what a browser alone said under its key, unless that is on its way."""
    said_by_browser = rows.filter(key=row.key, source=Source.RELAY, status__in=OPEN)
    fields = [each for each in row._meta.concrete_fields if each.name not in STAYS and not each.generated]
    values: dict[str, Any] = {each.attname: getattr(row, each.attname) for each in fields}
    nearer = When(browser_at__isnull=False, then=Least(F("deadline_at"), Value(row.deadline_at)))
    return said_by_browser.update(
        **values, deadline_at=Case(nearer, default=Value(row.deadline_at)), updated_at=timezone.now()
    )
