"""The page's other numbers from rows, in plain Python: its tables, what waits, and the changes against the weeks before."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from capi_tracking.metrics import Window
from capi_tracking.models import OutboxEvent
from tests.rollup import plainly
from tests.rollup.plainly import WITHHELD, Kept, Told

GROUPS = ("proved", "likely", "unknown", "late", "browser_only", "alone")
CONSENTS = ("granted", "limited", "denied", "unknown")
UNSENT = {"pending", "leased", "held"}


def numbers(window: Window, now: datetime, kept: Kept, *, pixel: str = "", with_tests: bool = False) -> dict[str, Any]:
    """By the names of ``metrics.Health``, as plain values."""
    events, alone, _ = plainly._read(window, kept, pixel, with_tests)
    orders = [each for each in events if each.is_order]
    sold_alone = [each for each in alone if each[1] == "Purchase"]
    return {
        "so_far": _so_far(events),
        "page_score": plainly._scores([each for each in events if not each.is_order]),
        "money_lost": plainly._money(each for each in orders if each.outcome == "lost"),
        "money_browser": plainly._money(each for each in orders if each.outcome == "browser"),
        "order_parts": plainly._parts(window, orders, sold_alone),
        "events": _events(events, alone),
        "skipped": _skipped(events),
        "waiting": _waiting(pixel, kept),
        "consent_parts": _consent_parts(window, orders),
        "one_sided": _one_sided(orders, len(sold_alone)),
        "changes": _changes(window, now, kept, pixel, with_tests),
    }


def _so_far(events: list[Told]) -> tuple[int, int]:
    should_go = [each for each in events if each.outcome != "withheld"]
    return sum(each.row.status == "sent" for each in should_go), len(should_go)


def _events(events: list[Told], alone: list[Any]) -> dict[str, tuple[Any, ...]]:
    named, only = defaultdict(list), Counter(name for _, name, _ in alone)
    for each in events:
        named[each.row.event_name].append(each)
    return {name: _event(named[name], only[name]) for name in named.keys() | only.keys()}


def _event(group: list[Told], alone: int) -> tuple[Any, ...]:
    pairs, ends = (
        Counter(each.pair for each in group if each.is_website),
        Counter("sent" if each.row.status == "sent" else each.outcome for each in group),
    )
    sides = (pairs["both"], pairs["server"] + pairs["late"], pairs["browser"] + pairs["late"] + alone, pairs["late"])
    return ends["sent"], sides, ends["waiting"], ends["withheld"], ends["lost"], plainly._scores(group)


def _skipped(events: list[Told]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in events:
        if each.row.status in WITHHELD:
            found[each.row.reason][each.row.event_name] += 1
    return dict(found)


def _waiting(pixel: str, kept: Kept) -> tuple[Any, ...]:
    """Of any age, and test events too."""
    rows = [row for row in kept.rows if row.status in UNSENT and pixel in ("", row.pixel)]
    money: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.currency and row.value and Told(row, None, []).is_order:
            money[row.currency] += row.value
    oldest = min((row.created_at for row in rows), default=None)
    return len(rows), sum(row.status == "held" for row in rows), oldest, _first(rows), dict(money)


def _first(rows: list[OutboxEvent]) -> datetime | None:
    return min((row.deadline_at for row in rows), default=None)


def _consent_parts(window: Window, orders: list[Told]) -> list[list[int]]:
    counts = [[0] * len(CONSENTS) for _ in window.parts]
    for each in orders:
        counts[plainly._part(window, each.row.event_time)][CONSENTS.index(each.row.consent_state)] += 1
    return counts


def _one_sided(orders: list[Told], alone: int) -> dict[str, tuple[int, int, dict[str, Decimal]]]:
    groups: dict[str, list[Told]] = {name: [] for name in GROUPS}
    for each in orders:
        if each.is_website and each.pair in {"server", "late", "browser"}:
            names = {"server": plainly._proof(each), "late": "late", "browser": "browser_only"}
            groups[names[each.pair]].append(each)
    found = {name: (len(group), _fresh(group), plainly._money(group)) for name, group in groups.items()}
    return {**found, "alone": (alone, 0, {})}


def _fresh(group: list[Told]) -> int:
    return sum(each.row.click_days is not None and each.row.click_days < 7 for each in group)


def _changes(window: Window, now: datetime, kept: Kept, pixel: str, with_tests: bool) -> dict[str, tuple[Any, Any]]:
    over = sum(edge <= now for edge in window.edges[1:])
    both = [_cards(each.edges[: over + 1], kept, pixel, with_tests) for each in (window, window.before())]
    return {name: (both[0][name], both[1][name]) for name in both[0]}


def _cards(edges: tuple[datetime, ...], kept: Kept, pixel: str, with_tests: bool) -> dict[str, int | None]:
    events, alone, _ = plainly._read(Window("", (*edges, edges[-1])), kept, pixel, with_tests)
    orders = [each for each in events if each.is_order]
    ends, buckets = Counter(each.outcome for each in orders), plainly._freshness(events)
    both, seen, _late = plainly._overlap(orders, sum(name == "Purchase" for _, name, _ in alone))
    within = sum(buckets[: 1 + plainly.LIMITS.index(timedelta(hours=1).total_seconds())])
    return {
        "orders": ends["sent"],
        "withheld": ends["withheld"],
        "lost": ends["lost"],
        "delivered": _percent(*_so_far(events)),
        "overlap": _percent(both, seen),
        "match_keys": plainly._scores(orders),
        "fresh": _percent(within, sum(buckets)),
    }


def _percent(part: int, whole: int) -> int | None:
    return 100 * part // whole if whole else None


def told(health: Any) -> dict[str, Any]:
    """What a page has, in the same shape."""
    waits = health.waiting
    return {
        "so_far": (health.delivered.so_far.part, health.delivered.so_far.whole),
        "page_score": health.match_keys.pages,
        "money_lost": _sums(health.orders.money_lost),
        "money_browser": _sums(health.orders.money_browser_only),
        "order_parts": [(p.sides.both, p.sides.server_only, p.sides.browser_only) for p in health.order_parts],
        "events": {line.event_name: _line(line) for line in health.events},
        "skipped": {line.reason: Counter(dict(line.events)) for line in health.skipped},
        "waiting": (waits.count, waits.held, waits.oldest_at, waits.first_deadline_at, _sums(waits.money)),
        "consent_parts": [[getattr(part.consents, name).part for name in CONSENTS] for part in health.consent_parts],
        "one_sided": {name: _sales(getattr(health.one_sided, name)) for name in GROUPS},
        "changes": {
            name: (getattr(health.changes, name).now, getattr(health.changes, name).before)
            for name in health.changes.__slots__
        },
    }


def _line(line: Any) -> tuple[Any, ...]:
    sides = line.sides
    both_sides = (sides.both, sides.server_only, sides.browser_only, sides.late)
    return line.sent, both_sides, line.waiting, line.withheld, line.lost, line.match


def _sales(sales: Any) -> tuple[int, int, dict[str, Decimal]]:
    return sales.count, sales.fresh.part, _sums(sales.money)


def _sums(money: Any) -> dict[str, Decimal]:
    return {each.currency: each.amount for each in money}
