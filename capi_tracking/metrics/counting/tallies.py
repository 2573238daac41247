"""Counts that stand beside the events: sales by campaign, visitors by day, ids that several browsers had."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, NullIf, RowNumber

from ...models import BrowserReceipt, OutboxEvent, Status
from ...models.rollup import HOUR
from .columns import flag, grouped, number, text
from .elapsed import DaysBefore
from .facts import is_order
from .figures import Kind
from .scan import LEFT, Asked
from .spans import Piece, Span, slot_of, within

CAMPAIGN_LASTS = timedelta(days=7)
_WITHHELD = Q(status__in=(Status.SKIPPED, Status.CANCELLED))
_ONCE = ("pixel", "event_name", "is_test")  # a visitor counts, by day, for each of these


def sales(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    """Whatever became of them, but for those that were withheld."""
    rows = asked.events.filter(is_order(), within("event_time", spans)).exclude(_WITHHELD)
    return grouped(
        rows,
        kind=text(Kind.CAMPAIGN),
        slot=slot_of("event_time", spans),
        tests=flag(Q(is_test=True)),
        currency=F("currency"),
        name=Coalesce(NullIf("campaign", Value("")), Subquery(_brought_by()), Value("")),
        returning=flag(Q(_bought_before("email_key")) | Q(_bought_before("external_key"))),
        sums={"count": Count("id"), "money": Sum(LEFT), "clicked": Sum(flag(Q(click_days__isnull=False)))},
    )


def _brought_by() -> QuerySet[Any]:
    """The last campaign that an address named to the same browser, at most a week before."""
    seen = OutboxEvent.objects.filter(
        visitor_key=OuterRef("visitor_key"),
        event_time__lte=OuterRef("event_time"),
        event_time__gte=DaysBefore(OuterRef("event_time"), CAMPAIGN_LASTS.days),
    )
    last: QuerySet[Any] = seen.exclude(campaign="").order_by("-event_time", "-pk").values("campaign")[:1]
    return last


def _bought_before(key: str) -> Exists:
    earlier = OutboxEvent.objects.filter(is_order(), **{key: OuterRef(key)}, event_time__lt=OuterRef("event_time"))
    return Exists(earlier.exclude(_WITHHELD))


def visitors(asked: Asked, pieces: Sequence[Piece]) -> list[QuerySet[Any]]:
    """Each counts once a piece, and not where it is told already."""
    unknown = [Span(piece.start, piece.end, piece.slot) for piece in pieces if piece.known == piece.start]
    found = [_visitors(asked, unknown)] if unknown else []
    for start, known, end, slot in pieces:
        if known > start:
            found.append(_visitors(asked, [Span(known, end, slot)]).exclude(_was_there(start, known)))
    return found


def _visitors(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    return grouped(
        _told_of(asked, spans),
        kind=text(Kind.VISITORS),
        slot=slot_of("event_time", spans),
        tests=flag(Q(is_test=True)),
        sums={"count": Count(_who(), distinct=True)},
    )


def last_visits(asked: Asked, day: Span) -> QuerySet[Any]:
    """Visitors by the hour of the last that they did. Each counts once."""
    latest = Window(RowNumber(), partition_by=[*_ONCE, _who()], order_by=["-event_time", "-pk"])
    last = _told_of(asked, [day]).exclude(external_key=None, visitor_key=None).annotate(nth=latest).filter(nth=1)
    return grouped(
        asked.of(OutboxEvent).filter(pk__in=last.values("pk")),
        kind=text(Kind.VISITORS),
        slot=number(day.slot),
        tests=flag(Q(is_test=True)),
        name=_hour_of("event_time", day),
        sums={"count": Count("id")},
    )


def _told_of(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    found: QuerySet[Any] = asked.events.filter(within("event_time", spans)).exclude(_WITHHELD)
    return found


def _who() -> Coalesce:
    return Coalesce("external_key", "visitor_key")


def _was_there(start: datetime, known: datetime) -> Q:
    same = {name: OuterRef(name) for name in _ONCE}
    rows = OutboxEvent.objects.filter(**same, event_time__gte=start, event_time__lt=known).exclude(_WITHHELD)
    by_number = rows.filter(external_key=OuterRef("external_key"))
    by_browser = rows.filter(external_key=None, visitor_key=OuterRef("visitor_key"))
    return Q(Exists(by_number)) | Q(external_key=None) & Q(Exists(by_browser))


def _hour_of(field: str, day: Span) -> Case:
    """Its number, counted from the day's beginning."""
    hours = range(-((day.start - day.end) // HOUR))
    return Case(
        *[When(**{f"{field}__lt": day.start + (hour + 1) * HOUR}, then=text(str(hour))) for hour in hours],
        default=text(str(len(hours))),
    )


def reused(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    """Receipts of an id that another visitor told of before."""
    earlier = BrowserReceipt.objects.filter(key=OuterRef("key"), pk__lt=OuterRef("pk"))
    return grouped(
        asked.of(BrowserReceipt).filter(Exists(earlier), within("created_at", spans)),
        kind=text(Kind.REUSED),
        slot=slot_of("created_at", spans),
        sums={"count": Count("id")},
    )
