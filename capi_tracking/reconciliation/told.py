"""What the outbox says, read in batches."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Case, Q, QuerySet, Value, When

from ..conf import conf
from ..models import OutboxEvent, Status
from .judging import Place, Told

BATCH = 500
TO_META = (Status.SENT, Status.PENDING, Status.LEASED, Status.HELD)
_BURIED = Q(status=Status.DEAD, payload="", redacted_at=None)


def told_of(order_keys: Collection[str], *, using: str) -> dict[Place, Told]:
    """The rows of these orders. One query."""
    rows = OutboxEvent.objects.using(using).filter(order_key__in=order_keys)
    return {told.place: told for told in _told(rows)}


def told_between(
    start: datetime, end: datetime, *, using: str, after: tuple[datetime, int] | None
) -> Iterator[tuple[tuple[datetime, int], list[Told]]]:
    """Rows of orders of that time that Meta has, or will have. In batches by time, each with where it ends."""
    rows = OutboxEvent.objects.using(using).filter(event_time__lt=end, order_key__isnull=False, status__in=TO_META)
    # what was given back is known, and subtracted; what tells of that, or of more value, is no sale
    rows = rows.filter(refunded=None).exclude(event_name__in=(conf.REFUND_EVENT, "AppendValue"))
    while True:
        time, pk = after or (start, 0)
        ahead = rows.filter(Q(event_time__gt=time) | Q(event_time=time, pk__gt=pk), event_time__gte=time)
        batch = list(ahead.order_by("event_time", "pk").values_list("event_time", "pk")[:BATCH])
        if not batch:
            return
        after = batch[-1]
        yield after, list(_told(rows.filter(pk__in=[pk for _, pk in batch])))


def _told(rows: "QuerySet[OutboxEvent]") -> Iterator[Told]:
    is_open = Case(When(_BURIED, then=Value(value=True)), default=Value(value=False))
    return (Told(*values) for values in rows.annotate(is_open=is_open).values_list(*Told._fields))
