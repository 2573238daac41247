"""Counts that stand beside the events: sales by campaign, visitors by day, ids that several browsers had."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from ..models import BrowserReceipt, OutboxEvent, Status
from .columns import flag, nothing, number, text
from .facts import is_order
from .figures import PLACE, TALLIED, Figures, Kind, Tally, summed
from .scan import LEFT, Asked
from .spans import Span, slot_of, within

CAMPAIGN_LASTS = timedelta(days=7)
PLACED = tuple("coin" if name == "currency" else name for name in PLACE)  # a row's own currency is in the way
COLUMNS = (*PLACED, "pixel", "tests")
_WITHHELD = Q(status__in=(Status.SKIPPED, Status.CANCELLED))


def tallies(asked: Asked, spans: Sequence[Span], days: Sequence[Span]) -> Figures:
    """Of these pieces of time; visitors of these days, of which each counts once a day. One query."""
    return tallies_of(counted(asked, spans, days))


def counted(asked: Asked, spans: Sequence[Span], days: Sequence[Span]) -> list[dict[str, Any]]:
    parts = [_sales(asked, spans), _visitors(asked, days), _reused(asked, spans)]
    return list(parts[0].union(*parts[1:], all=True))


def tallies_of(groups: Iterable[dict[str, Any]]) -> Figures:
    return Figures(tallies=[_tally(group) for group in summed(groups, PLACED, TALLIED)])


def _tally(group: dict[str, Any]) -> Tally:
    currency = group.pop("coin")
    flags = {"returning": bool(group["returning"]), "clicked": group["clicked"] or 0}
    return Tally(**{**group, **flags, "currency": currency})


def _sales(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    """Whatever became of them, but for those that were withheld."""
    rows = asked.events.filter(is_order(), within("event_time", spans)).exclude(_WITHHELD)
    stated = rows.annotate(
        kind=text(Kind.CAMPAIGN),
        slot=slot_of("event_time", spans),
        tests=flag(Q(is_test=True)),
        coin=F("currency"),
        name=Coalesce(NullIf("campaign", Value("")), Subquery(_brought_by()), Value("")),
        returning=flag(Q(_bought_before("email_key")) | Q(_bought_before("external_key"))),
    )
    sums = {"count": Count("id"), "money": Sum(LEFT), "clicked": Sum(flag(Q(click_days__isnull=False)))}
    groups: QuerySet[Any] = stated.order_by().values(*COLUMNS).annotate(**sums)
    return groups


def _brought_by() -> QuerySet[Any]:
    """The last campaign that an address named to the same browser, at most a week before."""
    seen = OutboxEvent.objects.filter(
        visitor_key=OuterRef("visitor_key"),
        event_time__lte=OuterRef("event_time"),
        event_time__gte=OuterRef("event_time") - Value(CAMPAIGN_LASTS),
    )
    last: QuerySet[Any] = seen.exclude(campaign="").order_by("-event_time", "-pk").values("campaign")[:1]
    return last


def _bought_before(key: str) -> Exists:
    earlier = OutboxEvent.objects.filter(is_order(), **{key: OuterRef(key)}, event_time__lt=OuterRef("event_time"))
    return Exists(earlier.exclude(_WITHHELD))


def _visitors(asked: Asked, days: Sequence[Span]) -> QuerySet[Any]:
    rows = asked.events.filter(within("event_time", days)).exclude(_WITHHELD)
    stated = rows.annotate(
        kind=text(Kind.VISITORS),
        slot=slot_of("event_time", days),
        tests=flag(Q(is_test=True)),
        coin=text(""),
        name=text(""),
        returning=number(0),
    )
    who = Count(Coalesce("external_key", "visitor_key"), distinct=True)
    groups: QuerySet[Any] = stated.order_by().values(*COLUMNS).annotate(count=who, money=nothing(), clicked=nothing())
    return groups


def _reused(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    earlier = BrowserReceipt.objects.filter(key=OuterRef("key"), pk__lt=OuterRef("pk"))
    rows = asked.of(BrowserReceipt).filter(Exists(earlier), within("created_at", spans))
    stated = rows.annotate(
        kind=text(Kind.REUSED),
        slot=slot_of("created_at", spans),
        tests=number(0),
        name=text(""),
        returning=number(0),
        coin=text(""),
    )
    sums = {"count": Count("id"), "money": nothing(), "clicked": nothing()}
    groups: QuerySet[Any] = stated.order_by().values(*COLUMNS).annotate(**sums)
    return groups
