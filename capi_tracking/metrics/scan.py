"""The one scan of raw rows: events in pieces of time, grouped and counted. What is rolled up needs none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

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
from .facts import FRESH_CLICK_DAYS, PURCHASE, WAITING, Fact, Proof, is_order, is_sale
from .figures import DIMENSIONS, Figures, keys_carried, summed
from .freshness import LIMITS
from .pairs import WEBSITE, Pair, browser_alone, with_pair
from .spans import Span, slot_of, within

LEFT = ExpressionWrapper(
    F("value") - Coalesce("refunded", Value(Decimal(0))), output_field=DecimalField(max_digits=19, decimal_places=4)
)
COLUMNS = (*DIMENSIONS, "match_keys", "pixel", "tests")
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
    def events(self) -> Any:
        rows = self.of(OutboxEvent)
        return rows if self.with_tests else rows.filter(is_test=False)


class Scanned(NamedTuple):
    """Where to look for which: what is not added up yet, and what changes too often to be."""

    raw: Sequence[Span]  # events that are settled, and copies without a row
    all: Sequence[Span]  # events that wait, and what differs from the orders


def scan(asked: Asked, spans: Scanned, *, ripe_before: datetime) -> Figures:
    """Outbox rows, what differs from the orders, and browser copies without a row. One query."""
    parts = [_settled(asked, spans.raw, ripe_before), _waiting(asked, spans.all, ripe_before)]
    parts += [_differences(asked, spans.all), _browser_alone(asked, spans.raw)]
    return figures_of(parts[0].union(*parts[1:], all=True))


def settled(asked: Asked, spans: Sequence[Span], *, ripe_before: datetime) -> list[dict[str, Any]]:
    """Groups of what is added up: settled events, and browser copies without a row. One query."""
    return list(_settled(asked, spans, ripe_before).union(_browser_alone(asked, spans), all=True))


def figures_of(groups: Iterable[dict[str, Any]]) -> Figures:
    groups = list(groups)
    sent = [group for group in groups if group["status"] == Status.SENT and group["is_website"]]
    return Figures([_fact(group) for group in summed(groups, DIMENSIONS, SUMS)], keys_carried(sent))


def _fact(group: dict[str, Any]) -> Fact:
    flags = {name: bool(group[name]) for name in ("is_order", "is_website", "is_ripe")}
    counts = {name: group[name] or 0 for name in ("scored", "short", "retried", "clicked")}
    return Fact(**{**group, **flags, **counts, "proof": _PROOFS.get(group["proof"], "")})


def _settled(asked: Asked, spans: Sequence[Span], ripe_before: datetime) -> QuerySet[Any]:
    rows = asked.events.filter(within("event_time", spans)).exclude(status__in=WAITING)
    return _events(rows, spans, ripe_before)


def _waiting(asked: Asked, spans: Sequence[Span], ripe_before: datetime) -> QuerySet[Any]:
    return _events(asked.events.waiting().filter(within("event_time", spans)), spans, ripe_before)


def _events(rows: QuerySet[Any], spans: Sequence[Span], ripe_before: datetime) -> QuerySet[Any]:
    stated = with_pair(rows).annotate(
        slot=slot_of("event_time", spans),
        is_order=flag(is_order()),
        is_website=flag(Q(action_source=WEBSITE)),
        is_ripe=flag(Q(created_at__lte=ripe_before)),
        consent=F("consent_state"),
        tests=flag(Q(is_test=True)),
        delay=_delay(),
        proof=_proof(),
    )
    counted: QuerySet[Any] = (
        stated.order_by()
        .values(*COLUMNS)
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


def _differences(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
    found = asked.of(OrderDifference).filter(within("event_time", spans))
    return differences(found, slot_of("event_time", spans), flag(is_sale()), COLUMNS)


def _browser_alone(asked: Asked, spans: Sequence[Span]) -> QuerySet[Any]:
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
        tests=number(0),
        **{name: text("") for name in ("status", "reason", "currency", "consent", "match_keys")},
    )
    sums = dict.fromkeys(SUMS, nothing()) | {"count": Count("key", distinct=True)}
    counted: QuerySet[Any] = stated.order_by().values(*COLUMNS).annotate(**sums)
    return counted
