"""Events in pieces of time, grouped and counted: queries that ``raw`` puts into one."""

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

from ...models import BrowserReceipt, BrowserState, OrderDifference, OutboxEvent, Status
from .columns import NO_DELAY, NO_PROOF, flag, grouped, text
from .delays import LIMITS
from .differences import differences
from .elapsed import Microseconds
from .facts import FRESH_CLICK_DAYS, PURCHASE, WAITING, Proof, is_order, is_sale
from .pairs import WEBSITE, Pair, browser_alone, with_pair
from .spans import Span, slot_of, within

LEFT = ExpressionWrapper(
    F("value") - Coalesce("refunded", Value(Decimal(0))), output_field=DecimalField(max_digits=19, decimal_places=4)
)
MICROSECOND = timedelta(microseconds=1)
_SENT = Q(status=Status.SENT, action_source=WEBSITE)
PROOFS = {BrowserState.BLOCKED: Proof.PROVED, BrowserState.UNKNOWN: Proof.UNKNOWN, -1: Proof.LIKELY}


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
    def events(self) -> Any:
        rows = self.of(OutboxEvent)
        return rows if self.with_tests else rows.filter(is_test=False)


def settled(asked: Asked, spans: Sequence[Span], ripe_before: datetime) -> QuerySet[Any]:
    """Events that nothing happens to any more by itself."""
    rows = asked.events.filter(within("event_time", spans)).exclude(status__in=WAITING)
    return _events(rows, spans, ripe_before)


def waiting(asked: Asked, spans: Sequence[Span], ripe_before: datetime) -> QuerySet[Any]:
    return _events(asked.events.waiting().filter(within("event_time", spans)), spans, ripe_before)


def _events(rows: QuerySet[Any], spans: Sequence[Span], ripe_before: datetime) -> QuerySet[Any]:
    return grouped(
        with_pair(rows),
        slot=slot_of("event_time", spans),
        tests=flag(Q(is_test=True)),
        **{name: F(name) for name in ("status", "reason", "pair", "currency", "match_keys")},
        consent=F("consent_state"),
        is_order=flag(is_order()),
        is_website=flag(Q(action_source=WEBSITE)),
        is_ripe=flag(Q(created_at__lte=ripe_before)),
        delay=_delay(),
        proof=_proof(),
        sums={
            "count": Count("id"),
            "money": Sum(LEFT),
            "scored": Count("match_score"),
            "score": Sum("match_score"),
            "short": Sum(flag(Q(short_ack=True))),
            "retried": Sum(flag(Q(attempts__gt=1))),
            "clicked": Sum(flag(Q(click_days__lt=FRESH_CLICK_DAYS))),
        },
    )


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


def with_proof(rows: QuerySet[Any], proof: str) -> QuerySet[Any]:
    """Sales that the server alone told, with that proof."""
    codes = [code for code, each in PROOFS.items() if each == proof]
    proved: QuerySet[Any] = with_pair(rows).annotate(proof=_proof()).filter(proof__in=codes)
    return proved


def differing(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    """What differs from the orders."""
    found = asked.of(OrderDifference).filter(within("event_time", spans))
    return differences(found, slot_of("event_time", spans), flag(is_sale()))


def alone_in_browsers(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    """Copies that browsers handed over, one per key, and of which the outbox knows nothing."""
    return grouped(
        browser_alone(asked.of(BrowserReceipt).filter(within("created_at", spans))),
        slot=slot_of("created_at", spans),
        pair=text(Pair.BROWSER),
        is_order=flag(Q(event_name=PURCHASE)),
        sums={"count": Count("key", distinct=True)},
    )
