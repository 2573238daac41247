"""The dashboard's numbers from rows, in plain Python: another way to the same answers (``dashboard.md``, section 2)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from capi_tracking.metrics import KEYS
from capi_tracking.models import BrowserReceipt, OutboxEvent

HOUR, DAYS_2, DAYS_7 = timedelta(hours=1), timedelta(hours=48), timedelta(days=7)
LIMITS = (1, 5, 30, 120, 600, 3600, 86400)  # seconds
BESIDE = {"Subscribe", "StartTrial", "AppendValue"}
WITHHELD = {"skipped", "cancelled"}


@dataclass
class Told:
    """One event as the definitions see it."""

    row: OutboxEvent
    seen_at: datetime | None
    states: list[int]

    @property
    def is_order(self) -> bool:
        return self.row.event_name == "Purchase" or bool(self.row.order_key and self.row.event_name not in BESIDE)

    @property
    def is_website(self) -> bool:
        return self.row.action_source == "website"

    @property
    def outcome(self) -> str:
        status, reason = self.row.status, self.row.reason
        if reason == "pair_window_closed":
            return "browser"
        if status in {"dead", "expired"} or (status == "skipped" and reason == "too_old"):
            return "lost"
        return {"sent": "sent", "skipped": "withheld", "cancelled": "withheld"}.get(status, "waiting")

    @property
    def pair(self) -> str:
        is_sent = self.row.status == "sent"
        if self.seen_at is None:
            return "server" if is_sent else "neither"
        if not is_sent:
            return "browser"
        return "both" if abs(self.row.sent_at - self.seen_at) <= DAYS_2 else "late"

    @property
    def left(self) -> Decimal:
        return (self.row.value or Decimal(0)) - (self.row.refunded or Decimal(0))


class Kept(NamedTuple):
    """All rows in the order of their times, and all receipts in that of their coming."""

    rows: list[OutboxEvent]
    receipts: list[BrowserReceipt]


def kept() -> Kept:
    return Kept(list(OutboxEvent.objects.order_by("event_time", "pk")), list(BrowserReceipt.objects.order_by("pk")))


def numbers(window: Any, now: datetime, kept: Kept, *, pixel: str = "", with_tests: bool = False) -> dict[str, Any]:
    """By the names of ``metrics.Health``, as plain values."""
    events, alone, receipts = _read(window, kept, pixel, with_tests)
    orders = [each for each in events if each.is_order]
    return {
        "orders": dict(Counter(each.outcome for each in orders)),
        "money_sent": _money(each for each in orders if each.outcome == "sent"),
        "delivered": _delivered(events, now),
        "overlap": _overlap(orders, sum(name == "Purchase" for _, name, _ in alone)),
        "pages": _overlap([e for e in events if not e.is_order], sum(name != "Purchase" for _, name, _ in alone)),
        "scores": _scores(orders),
        "freshness": _freshness(events),
        "parts": _parts(window, events, alone),
        "outcomes": _outcomes(window, events),
        "funnel": _funnel(events),
        "campaigns": _campaigns(orders, kept.rows),
        "heat": _heat(events),
        "consents": dict(Counter(each.row.consent_state for each in orders)),
        "proofs": dict(Counter(_proof(each) for each in orders if each.is_website and each.pair == "server")),
        "late": _money(each for each in orders if each.is_website and each.pair == "late"),
        "reused": _reused(window, receipts, kept.receipts),
    }


def _read(
    window: Any, kept: Kept, pixel: str, with_tests: bool
) -> tuple[list[Told], list[tuple[datetime, str, str]], list[Any]]:
    rows, receipts = kept
    of_key = defaultdict(list)
    for receipt in receipts:
        of_key[receipt.key].append(receipt)
    events = [
        Told(row, _seen_at(row, of_key[row.key]), [receipt.state for receipt in of_key[row.key]])
        for row in rows
        if window.start <= row.event_time < window.end and pixel in ("", row.pixel) and (with_tests or not row.is_test)
    ]
    known = {row.key for row in rows}
    mine = [receipt for receipt in receipts if pixel in ("", receipt.pixel)]
    alone = {
        receipt.key: (receipt.created_at, receipt.event_name, receipt.key)
        for receipt in mine
        if receipt.key not in known and receipt.state == 2 and window.start <= receipt.created_at < window.end
    }
    return events, list(alone.values()), mine


def _seen_at(row: OutboxEvent, receipts: list[BrowserReceipt]) -> datetime | None:
    return row.browser_at or min((each.changed_at for each in receipts if each.state == 2), default=None)


def _money(events: Any) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in events:
        if each.row.currency and each.row.value is not None:
            sums[each.row.currency] += each.left
    return {currency: amount for currency, amount in sums.items() if amount}


def _delivered(events: list[Told], now: datetime) -> tuple[int, int]:
    ripe = [e for e in events if e.outcome != "withheld" and e.row.created_at <= now - HOUR]
    return sum(e.row.status == "sent" for e in ripe), len(ripe)


def _overlap(events: list[Told], alone: int) -> tuple[int, int, int]:
    pairs = Counter(each.pair for each in events if each.is_website)
    return pairs["both"], pairs["both"] + pairs["late"] + pairs["browser"] + alone, pairs["late"]


def _scores(orders: list[Told]) -> int | None:
    scored = [
        each.row.match_score
        for each in orders
        if each.row.status == "sent" and each.is_website and each.row.match_score is not None
    ]
    return round(sum(scored) / len(scored)) if scored else None


def _freshness(events: list[Told]) -> list[int]:
    counts = [0] * (len(LIMITS) + 1)
    for each in events:
        if each.row.status == "sent" and each.is_website:
            took = (each.row.sent_at - each.row.event_time).total_seconds()
            counts[next((n for n, limit in enumerate(LIMITS) if took <= limit), len(LIMITS))] += 1
    return counts


def _part(window: Any, at: datetime) -> int:
    return next(number for number, edge in enumerate(window.edges[1:]) if at < edge)


def _parts(window: Any, events: list[Told], alone: list[Any]) -> list[tuple[int, int, int]]:
    counts = [[0, 0, 0] for _ in window.parts]
    places = {"both": (0,), "server": (1,), "browser": (2,), "late": (1, 2), "neither": ()}
    for each in events:
        if each.is_website:
            for place in places[each.pair]:
                counts[_part(window, each.row.event_time)][place] += 1
    for at, *_ in alone:
        counts[_part(window, at)][2] += 1
    return [tuple(count) for count in counts]


def _outcomes(window: Any, events: list[Told]) -> list[tuple[int, int, int, int, int]]:
    counts = [[0] * 5 for _ in window.parts]
    for each in events:
        row, place = each.row, {"dead": 2, "expired": 3, "pending": 4, "leased": 4, "held": 4}
        number = int(row.attempts > 1) if row.status == "sent" else place.get(row.status)
        if number is not None:
            counts[_part(window, row.event_time)][number] += 1
    return [tuple(count) for count in counts]


def _funnel(events: list[Told]) -> dict[str, int]:
    zone, seen = ZoneInfo(settings.TIME_ZONE), set()
    for each in events:
        row = each.row
        who = row.external_key or row.visitor_key
        if who and row.status not in WITHHELD:
            seen.add((row.event_name, row.pixel, row.is_test, row.event_time.astimezone(zone).date(), who))
    return dict(Counter(name for name, *_ in seen))


def _campaigns(
    orders: list[Told], rows: list[OutboxEvent]
) -> dict[tuple[str, ...], tuple[int, int, int, dict[str, Decimal]]]:
    groups = defaultdict(list)
    for each in orders:
        if each.row.status not in WITHHELD:
            groups[tuple((_brought_by(each.row, rows) or "\t\t").split("\t"))].append(each)
    return {
        name: (
            len(group),
            sum(each.row.click_days is not None for each in group),
            sum(_has_bought(each.row, rows) for each in group),
            _money(group),
        )
        for name, group in groups.items()
    }


def _brought_by(sale: OutboxEvent, rows: list[OutboxEvent]) -> str:
    if sale.campaign or not sale.visitor_key:
        return sale.campaign
    seen = [
        row.campaign
        for row in rows
        if row.campaign
        and row.visitor_key == sale.visitor_key
        and sale.event_time - DAYS_7 <= row.event_time <= sale.event_time
    ]
    return seen[-1] if seen else ""


def _has_bought(sale: OutboxEvent, rows: list[OutboxEvent]) -> bool:
    return any(
        Told(row, None, []).is_order
        and row.status not in WITHHELD
        and row.event_time < sale.event_time
        and (
            (row.email_key is not None and row.email_key == sale.email_key)
            or (row.external_key is not None and row.external_key == sale.external_key)
        )
        for row in rows
    )


def _heat(events: list[Told]) -> dict[tuple[str, str], int]:
    sent = [each.row for each in events if each.row.status == "sent" and each.is_website]
    return dict(Counter((row.event_name, key) for row in sent for key in row.match_keys.split()))


def _proof(each: Told) -> str:
    if 1 in each.states:
        return "proved"
    return "unknown" if each.states else "likely"


def _reused(window: Any, receipts: list[BrowserReceipt], everyones: list[BrowserReceipt]) -> int:
    first: dict[str, int] = {}
    for receipt in everyones:
        first.setdefault(receipt.key, receipt.pk)
    return sum(
        first[receipt.key] != receipt.pk and window.start <= receipt.created_at < window.end for receipt in receipts
    )


def told(health: Any) -> dict[str, Any]:
    """What a page has, in the same shape."""
    sold, sided = health.orders, health.one_sided
    names = {"sent": "sent", "withheld": "withheld", "lost": "lost", "browser": "browser_only", "waiting": "waiting"}
    return {
        "orders": _nonzero({name: getattr(sold, field) for name, field in names.items()}),
        "money_sent": {each.currency: each.amount for each in sold.money_sent},
        "delivered": (health.delivered.ripe.part, health.delivered.ripe.whole),
        "overlap": (health.order_overlap.share.part, health.order_overlap.share.whole, health.order_overlap.late),
        "pages": (health.page_overlap.share.part, health.page_overlap.share.whole, health.page_overlap.late),
        "scores": health.match_keys.orders,
        "freshness": list(health.freshness.counts),
        "parts": [(p.sides.both, p.sides.server_only, p.sides.browser_only) for p in health.parts],
        "outcomes": [(o.sent, o.retried, o.dead, o.expired, o.waiting) for o in health.outcomes],
        "funnel": _nonzero({step.event_name: step.visitors for step in health.funnel}),
        "campaigns": {
            (each.source, each.name, each.content): (
                each.sales,
                each.clicked.part,
                each.returning,
                {money.currency: money.amount for money in each.money},
            )
            for each in health.campaigns
        },
        "heat": _heat_of(health),
        "consents": _nonzero(
            {name: getattr(health.consents, name).part for name in ("granted", "limited", "denied", "unknown")}
        ),
        "proofs": _nonzero({name: getattr(sided, name).count for name in ("proved", "likely", "unknown")}),
        "late": {each.currency: each.amount for each in sided.late.money},
        "reused": sided.reused,
    }


def _nonzero(counts: dict[Any, Any]) -> dict[Any, Any]:
    return {name: count for name, count in counts.items() if count}


def _heat_of(health: Any) -> dict[tuple[str, str], int]:
    return _nonzero(
        {
            (line.event_name, key.name): share.part
            for line in health.heat
            for key, share in zip(KEYS, line.shares, strict=True)
        }
    )
