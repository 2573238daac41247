"""Counts that stand beside the events: sales by campaign, visitors by day, ids that several browsers had."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from ..models import BrowserReceipt, OutboxEvent, Status
from .columns import flag, grouped, text
from .elapsed import DaysBefore
from .facts import is_order
from .figures import Kind
from .scan import LEFT, Asked
from .spans import Span, slot_of, within

CAMPAIGN_LASTS = timedelta(days=7)
_WITHHELD = Q(status__in=(Status.SKIPPED, Status.CANCELLED))


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


def visitors(asked: Asked, days: Sequence[Span]) -> QuerySet[Any]:
    """Each counts once a day."""
    return grouped(
        asked.events.filter(within("event_time", days)).exclude(_WITHHELD),
        kind=text(Kind.VISITORS),
        slot=slot_of("event_time", days),
        tests=flag(Q(is_test=True)),
        sums={"count": Count(Coalesce("external_key", "visitor_key"), distinct=True)},
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
