"""What changed since it was added up, as far as an index leads to it; the verbs mark the rest (``models.rollup``)."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncHour

from ..models import BrowserReceipt, OutboxEvent, StaleHour
from ..models.rollup import HOUR, SLACK
from .spans import Span


class Change(NamedTuple):
    """Events of that time changed, up to ``until``: what was computed before does not hold."""

    start: datetime
    end: datetime
    until: datetime


def changes(span: Span, since: datetime, *, using: str) -> list[Change]:
    """By the hours of the events that changed since then, and the marks. One query.

    They were settled, or recorded and wait, or a browser told of them for the first time.
    """
    since -= SLACK
    parts = [_settled(since, using), _withdrawn(since, using), _waiting(since, using), _seen(since, using)]
    first, *rest = [_by_hour(rows, at) for rows, at in parts]
    found = first.union(*rest, _marked(span, using), all=True)
    return [Change(group["in_hour"], group["in_hour"] + HOUR, group["last_at"] + SLACK) for group in found]


def _settled(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    return _rows(using).filter(redacted_at=None, settled_at__gte=since), "settled_at"


def _withdrawn(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    """What is not to be sent loses its data as it is settled."""
    return _rows(using).filter(redacted_at__gte=since, settled_at__gte=since), "settled_at"


def _waiting(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    return _rows(using).waiting().filter(created_at__gte=since), "created_at"


def _seen(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    of_event = OutboxEvent.objects.filter(key=OuterRef("key")).values("event_time")[:1]
    told = BrowserReceipt.objects.using(using).filter(created_at__gte=since)
    return told.annotate(event_time=Subquery(of_event)), "created_at"


def _rows(using: str) -> Any:
    return OutboxEvent.objects.using(using)


def _marked(span: Span, using: str) -> QuerySet[Any]:
    marks = StaleHour.objects.using(using).filter(hour__gt=span.start - HOUR, hour__lt=span.end)
    groups: QuerySet[Any] = (
        marks.order_by().annotate(in_hour=F("hour")).values("in_hour").annotate(last_at=Max("stale_until"))
    )
    return groups


def _by_hour(rows: QuerySet[Any], at: str) -> QuerySet[Any]:
    # whatever their event's time: asked for it too, SQLite takes that index, and looks through all rows of the span
    hours = rows.annotate(in_hour=TruncHour("event_time", tzinfo=UTC)).order_by()
    groups: QuerySet[Any] = hours.values("in_hour").annotate(last_at=Max(at))
    return groups
