"""The one scan of the outbox that a page's numbers come from: rows of the window, grouped and counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, ExpressionWrapper, F, Q, SmallIntegerField, Sum, Value, When
from django.db.models.functions import Coalesce

from ..conf import conf
from ..models import BrowserReceipt, OrderDifference, OutboxEvent, Status
from .differences import NO_EVENT, UNRECORDED
from .differences import groups as differences
from .pairs import WEBSITE, Pair, browser_alone, with_pair
from .window import Window

PURCHASE = "Purchase"
LOST = frozenset({Status.DEAD, Status.EXPIRED})
WAITING = frozenset({Status.PENDING, Status.LEASED, Status.HELD})
CLOSED_WINDOW = "pair_window_closed"
TOO_OLD = "too_old"
BESIDE = ("Subscribe", "StartTrial", "AppendValue")
LEFT = ExpressionWrapper(
    F("value") - Coalesce("refunded", Value(Decimal(0))), output_field=DecimalField(max_digits=19, decimal_places=4)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``count`` rows that are alike in everything else, ``short`` of them with an odd answer of Meta's.

    ``slot``: which part of the window they fall into.
    """

    event_name: str
    slot: int
    status: str = ""
    reason: str = ""
    pair: str = Pair.NEITHER
    is_order: bool = False
    is_website: bool = True
    is_ripe: bool = False
    currency: str = ""
    count: int = 0
    money: Decimal | None = None
    scored: int = 0
    score: int | None = None
    short: int = 0

    @property
    def is_sent(self) -> bool:
        return self.status == Status.SENT

    @property
    def is_waiting(self) -> bool:
        return self.status in WAITING

    @property
    def is_browser_only_by_time(self) -> bool:
        return self.reason == CLOSED_WINDOW

    @property
    def is_lost(self) -> bool:
        return (
            self.status in LOST
            or self.status == UNRECORDED
            or (self.status == Status.SKIPPED and self.reason == TOO_OLD)
        )

    @property
    def is_withheld(self) -> bool:
        """Not sent by choice: consent, exclusion, cancelled before sending."""
        chosen = self.status in {Status.SKIPPED, Status.CANCELLED}
        return chosen and not self.is_lost and not self.is_browser_only_by_time

    @property
    def is_beside(self) -> bool:
        """No event: what a comparison with the orders tells of one that is counted elsewhere."""
        return self.status in NO_EVENT

    @property
    def in_browser(self) -> bool:
        return self.pair in {Pair.BOTH, Pair.LATE, Pair.BROWSER}


def facts(window: Window, *, pixel: str, ripe_before: datetime, using: str, with_tests: bool = False) -> list[Fact]:
    """Outbox rows of the window and what differs from the orders, then browser copies without a row. Two queries.

    Test events are left out, unless they are asked for.
    """
    return [*_server_facts(window, pixel, ripe_before, using, with_tests), *_browser_facts(window, pixel, using)]


def total(facts: Iterable[Fact]) -> int:
    return sum(fact.count for fact in facts)


def by_event(facts: Iterable[Fact]) -> Mapping[str, list[Fact]]:
    names: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        names[fact.event_name].append(fact)
    return names


def is_order() -> Q:
    """A sale, not what follows from one or stands beside it."""
    return Q(order_key__isnull=False) & is_sale() | Q(event_name=PURCHASE)


def is_sale() -> Q:
    """Of an order's events those that are one."""
    return ~Q(event_name__in=[name for name in (*BESIDE, conf.REFUND_EVENT) if name])


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=SmallIntegerField())


def _slot(field: str, window: Window) -> Case:
    """The number of the part. Compared with its edges: MariaDB's own zones may be missing, SQLite's are slow."""
    cases = [When(**{f"{field}__lt": edge}, then=Value(number)) for number, edge in enumerate(window.edges[1:])]
    return Case(*cases, default=Value(len(window.parts) - 1), output_field=SmallIntegerField())


def _server_facts(window: Window, pixel: str, ripe_before: datetime, using: str, with_tests: bool) -> Iterable[Fact]:
    within = {"event_time__gte": window.start, "event_time__lt": window.end, **_of(pixel)}
    rows = OutboxEvent.objects.using(using).filter(**within, **tests(with_tests))
    groups = with_pair(rows).annotate(
        slot=_slot("event_time", window),
        is_order=_flag(is_order()),
        is_website=_flag(Q(action_source=WEBSITE)),
        is_ripe=_flag(Q(created_at__lte=ripe_before)),
    )
    same = ("event_name", "slot", "status", "reason", "pair", "currency", "is_order", "is_website", "is_ripe")
    counted = (
        groups.order_by()
        .values(*same)
        .annotate(
            count=Count("id"),
            money=Sum(LEFT),
            score=Sum("match_score"),
            scored=Count("match_score"),
            short=Sum(_flag(Q(short_ack=True))),
        )
    )
    found = OrderDifference.objects.using(using).filter(**within)
    beside = differences(found, _slot("event_time", window), _flag(is_sale()), same)
    return [_fact(group) for group in counted.union(beside, all=True)]


def _fact(group: dict[str, Any]) -> Fact:
    flags = {name: bool(group[name]) for name in ("is_order", "is_website", "is_ripe")}
    return Fact(**{**group, **flags})


def _browser_facts(window: Window, pixel: str, using: str) -> Iterable[Fact]:
    receipts = BrowserReceipt.objects.using(using).filter(
        created_at__gte=window.start, created_at__lt=window.end, **_of(pixel)
    )
    groups = (
        browser_alone(receipts)
        .annotate(slot=_slot("created_at", window))
        .order_by()
        .values("event_name", "slot")
        .annotate(count=Count("key", distinct=True))
    )
    return [Fact(**group, pair=Pair.BROWSER, is_order=group["event_name"] == PURCHASE) for group in groups]


def tests(with_tests: bool) -> dict[str, bool]:
    """What a filter of events says of test events."""
    return {} if with_tests else {"is_test": False}


def _of(pixel: str) -> dict[str, str]:
    return {"pixel": pixel} if pixel else {}
