"""What changed since it was added up, as far as an index leads to it; the verbs mark the rest (``models.rollup``)."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncHour
from django.db.models.lookups import LessThan

from ...models import BrowserReceipt, OutboxEvent, StaleHour
from ...models.rollup import HOUR, SLACK
from ...models.verbs.following import KEYS, Teller, later_sales
from ..counting.facts import is_order
from ..counting.spans import Span


class Change(NamedTuple):
    """Events of that time changed, up to ``until``: what was computed before does not hold."""

    start: datetime
    end: datetime
    until: datetime


def changes(span: Span, since: datetime, *, using: str) -> list[Change]:
    """By the hours of the events that changed since then, and the marks. One query.

    They were settled, or recorded and wait, or a browser told of them, for the first time or better than before.
    """
    since -= SLACK
    first, *rest = [_by_hour(rows, at) for rows, at in [*_rows_changed(since, using), *_told(since, using)]]
    found = first.union(*rest, _marked(span, using), all=True)
    return [Change(group["in_hour"], group["in_hour"] + HOUR, group["last_at"] + SLACK) for group in found]


def later_changes(since: datetime, before: datetime, *, using: str) -> list[Change]:
    """Sales before that moment of which rows tell that changed since then: whose campaign brought them, who bought before.

    Two queries, and none but the first where all that changed is of later.
    """
    since -= SLACK
    first, *rest = [_tellers(rows, at, before) for rows, at in _rows_changed(since, using)]
    tellers = [Teller(*values) for values in first.union(*rest, all=True)]
    sales = later_sales(tellers, _rows(using).filter(event_time__lt=before)) if tellers else {}
    return [Change(time, time + HOUR, changed_at + SLACK) for time, changed_at in sales.items()]


def _tellers(rows: QuerySet[Any], at: str, before: datetime) -> QuerySet[Any]:
    tell = is_order() | ~Q(campaign="")
    # not by the column alone: SQLite would take its index, and look through all rows before
    old = LessThan(Coalesce(F("event_time"), F("created_at")), before)
    found: QuerySet[Any] = rows.filter(tell, old).order_by().values_list(at, "event_time", *KEYS)
    return found


def _rows_changed(since: datetime, using: str) -> list[tuple[QuerySet[Any], str]]:
    return [_settled(since, using), _withdrawn(since, using), _waiting(since, using)]


def _settled(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    return _rows(using).filter(redacted_at=None, settled_at__gte=since), "settled_at"


def _withdrawn(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    """What is not to be sent loses its data as it is settled."""
    return _rows(using).filter(redacted_at__gte=since, settled_at__gte=since), "settled_at"


def _waiting(since: datetime, using: str) -> tuple[QuerySet[Any], str]:
    return _rows(using).waiting().filter(created_at__gte=since), "created_at"


def _told(since: datetime, using: str) -> list[tuple[QuerySet[Any], str]]:
    """A copy without an event is counted by the time of its first receipt."""
    of_event = OutboxEvent.objects.filter(key=OuterRef("key")).values("event_time")[:1]
    receipts = BrowserReceipt.objects.using(using).annotate(event_time=Coalesce(Subquery(of_event), F("created_at")))
    return [(receipts.filter(**{f"{at}__gte": since}), at) for at in ("created_at", "corrected_at")]


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
