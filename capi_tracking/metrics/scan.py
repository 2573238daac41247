"""The one scan of raw rows: events in pieces of time, grouped and counted. What is rolled up needs none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual

from ..models import BrowserReceipt, BrowserState, OrderDifference, OutboxEvent, Status
from .columns import NO_DELAY, NO_PROOF, SUMS, flag, nothing, number, text
from .differences import groups as differences
from .elapsed import Microseconds
from .facts import FRESH_CLICK_DAYS, PURCHASE, Fact, Proof, is_order, is_sale
from .figures import DIMENSIONS, Figures, keys_carried, summed
from .freshness import LIMITS
from .pairs import WEBSITE, Pair, browser_alone, with_pair
from .spans import Span, slot_of, within

LEFT = ExpressionWrapper(
    F("value") - Coalesce("refunded", Value(Decimal(0))), output_field=DecimalField(max_digits=19, decimal_places=4)
)
COLUMNS = (*DIMENSIONS, "match_keys")
MICROSECOND = timedelta(microseconds=1)
_SENT = Q(status=Status.SENT, action_source=WEBSITE)
_PROOFS = {BrowserState.BLOCKED: Proof.PROVED, BrowserState.UNKNOWN: Proof.UNKNOWN, -1: Proof.LIKELY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of which events a page wants to know; pixel "" is all. ``with_tests``: test events too."""

    using: str
    pixel: str = ""
    with_tests: bool = False

    def of(self, model: Any) -> QuerySet[Any]:
        rows = model._default_manager.using(self.using)
        found: QuerySet[Any] = rows.filter(pixel=self.pixel) if self.pixel else rows.all()
        return found

    @property
    def events(self) -> QuerySet[Any]:
        rows = self.of(OutboxEvent)
        return rows if self.with_tests else rows.filter(is_test=False)


def scan(asked: Asked, spans: Sequence[Span], *, ripe_before: datetime) -> Figures:
    """Outbox rows, what differs from the orders, and browser copies without a row. One query."""
    parts = [_events(asked.events.filter(within("event_time", spans)), spans, ripe_before, COLUMNS)]
    parts += [_differences(asked, spans, COLUMNS), _browser_alone(asked, spans, COLUMNS)]
    return _figures(list(parts[0].union(*parts[1:], all=True)))


def _figures(groups: list[dict[str, Any]]) -> Figures:
    sent = [group for group in groups if group["status"] == Status.SENT and group["is_website"]]
    return Figures([_fact(group) for group in summed(groups, DIMENSIONS, SUMS)], keys_carried(sent))


def _fact(group: dict[str, Any]) -> Fact:
    flags = {name: bool(group[name]) for name in ("is_order", "is_website", "is_ripe")}
    counts = {name: group[name] or 0 for name in ("scored", "short", "retried", "clicked")}
    return Fact(**{**group, **flags, **counts, "proof": _PROOFS.get(group["proof"], "")})


def _events(
    rows: QuerySet[Any], spans: Sequence[Span], ripe_before: datetime, columns: tuple[str, ...]
) -> QuerySet[Any]:
    stated = with_pair(rows).annotate(
        slot=slot_of("event_time", spans),
        is_order=flag(is_order()),
        is_website=flag(Q(action_source=WEBSITE)),
        is_ripe=flag(Q(created_at__lte=ripe_before)),
        consent=F("consent_state"),
        delay=_delay(),
        proof=_proof(),
    )
    counted: QuerySet[Any] = (
        stated.order_by()
        .values(*columns)
        .annotate(
            count=Count("id"),
            money=Sum(LEFT),
            scored=Count("match_score"),
            score=Sum("match_score"),
            short=Sum(flag(Q(short_ack=True))),
            retried=Sum(flag(Q(attempts__gt=1))),
            clicked=Sum(flag(Q(click_days__lt=FRESH_CLICK_DAYS))),
        )
    )
    return counted


def _delay() -> Case:
    """Its bucket, of what was sent from the website."""
    took = Microseconds("event_time", "sent_at")
    limits = [
        When(_SENT & Q(LessThanOrEqual(took, int(limit / MICROSECOND))), then=Value(n))
        for n, limit in enumerate(LIMITS)
    ]
    return Case(
        When(~_SENT, then=Value(NO_DELAY)), *limits, default=Value(len(LIMITS)), output_field=SmallIntegerField()
    )


def _proof() -> Case:
    """What the browser said of its copy at best, of sales that only the server told; -1 for nothing."""
    states = BrowserReceipt.objects.filter(key=OuterRef("key")).order_by("-state").values("state")[:1]
    alone = _SENT & is_order() & Q(seen_at=None)
    said = Coalesce(Subquery(states), Value(-1), output_field=SmallIntegerField())
    return Case(When(alone, then=said), default=Value(NO_PROOF), output_field=SmallIntegerField())


def _differences(asked: Asked, spans: Sequence[Span], columns: tuple[str, ...]) -> QuerySet[Any]:
    found = asked.of(OrderDifference).filter(within("event_time", spans))
    return differences(found, slot_of("event_time", spans), flag(is_sale()), columns)


def _browser_alone(asked: Asked, spans: Sequence[Span], columns: tuple[str, ...]) -> QuerySet[Any]:
    """Copies that browsers handed over, one per key, and of which the outbox knows nothing."""
    receipts = browser_alone(asked.of(BrowserReceipt).filter(within("created_at", spans)))
    stated = receipts.annotate(
        slot=slot_of("created_at", spans),
        pair=text(Pair.BROWSER),
        is_order=flag(Q(event_name=PURCHASE)),
        is_website=number(1),
        is_ripe=number(0),
        delay=number(NO_DELAY),
        proof=number(NO_PROOF),
        **{name: text("") for name in ("status", "reason", "currency", "consent", "match_keys")},
    )
    sums = dict.fromkeys(SUMS, nothing()) | {"count": Count("key", distinct=True)}
    counted: QuerySet[Any] = stated.order_by().values(*columns).annotate(**sums)
    return counted
