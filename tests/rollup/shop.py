"""A shop of some weeks, made at random: rows, browsers' copies, several pixels and currencies, and what happens to them later."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from capi_tracking.models import PAIR_WINDOW, BrowserReceipt, OutboxEvent, Status, deadline, mark_stale, outbox_key
from capi_tracking.tracking import Receipt, acknowledge
from tests.factories import BrowserReceiptFactory, OutboxEventFactory

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
DAYS = 9
NAMES = ("PageView", "ViewContent", "AddToCart", "Purchase", "Subscribe", "Lead")
SETTLED = (Status.SENT, Status.SENT, Status.SENT, Status.DEAD, Status.EXPIRED, Status.SKIPPED, Status.CANCELLED)
WAITING = (Status.PENDING, Status.HELD, Status.LEASED)
REASONS = {
    Status.SKIPPED: ("consent_denied", "pair_window_closed", "too_old"),
    Status.DEAD: ("rejected_100",),
    Status.EXPIRED: ("too_old",),
    Status.CANCELLED: ("by_staff",),
}


def a_shop(dice: random.Random, count: int) -> None:
    OutboxEvent.objects.bulk_create([a_row(dice, n) for n in range(count)])
    rows = list(OutboxEvent.objects.order_by("pk"))
    copies = [copy for row in dice.sample(rows, count // 2) for copy in _copies(dice, row)]
    copies += [
        BrowserReceiptFactory.build(
            pixel=dice.choice(("default", "other")),
            event_name=dice.choice(NAMES),
            state=dice.choice((0, 1, 2, 2, 2)),
            created_at=_moment(dice),
        )
        for _ in range(count // 10)
    ]
    BrowserReceipt.objects.bulk_create(copies)
    for row in dice.sample(rows, count // 4):
        at = row.event_time + dice.choice((1, 60, 3600)) * SECOND
        OutboxEvent.objects.filter(pk=row.pk).update(browser_at=at, deadline_at=min(row.deadline_at, at + PAIR_WINDOW))


def a_row(dice: random.Random, number: int, **more: Any) -> OutboxEvent:
    at, name = _moment(dice), dice.choice(NAMES)
    status = dice.choice(SETTLED * 4 + WAITING)
    order = f"shop.order:{number}" if name in {"Purchase", "Subscribe"} or dice.random() < 0.05 else None
    values: dict[str, Any] = {
        "pixel": dice.choice(("default", "default", "other")),
        "event_name": name,
        "event_id": f"random-{number}",
        "key": outbox_key("1234567890", name, f"random-{number}"),
        "event_time": at,
        "created_at": at + dice.choice((0, 1, 5 * 3600)) * SECOND,
        "action_source": dice.choice(("website",) * 9 + ("physical_store",)),
        "status": status,
        "reason": dice.choice(REASONS.get(status, ("",))),
        "attempts": dice.choice((1, 1, 2)),
        "is_test": dice.random() < 0.1,
        "value": dice.choice((None, Decimal("9.90"), Decimal("100.05"))),
        "refunded": dice.choice((None, None, Decimal("1.50"))),
        "currency": dice.choice(("EUR", "USD", "")),
        "match_keys": dice.choice(("", "em", "em ph fbc", "fbp client_ip_address")),
        "match_score": dice.choice((None, 20, 47)),
        "click_days": dice.choice((None, 0, 6, 7, 80)),
        "campaign": dice.choice(("", "", "", "spring\tshoes\t", "autumn\t\tvideo")),
        "visitor_key": dice.choice((None, *"abcdef")),
        "external_key": dice.choice((None, None, None, "x", "y")),
        "email_key": dice.choice((None, "e1", "e2", "e3", str(number))),
        "consent_state": dice.choice(("granted", "granted", "limited", "denied", "unknown")),
        "order_key": order,
        "part": "" if order else None,
        "payload": "{}",
    }
    values["settled_at"] = values["created_at"] if status in SETTLED else None
    values["due_at"] = values["created_at"] if status in WAITING else None
    values["sent_at"] = at + dice.choice(DELAYS) if status == Status.SENT else None
    return OutboxEventFactory.build(**{**values, "deadline_at": deadline(at, "website"), **more})


DELAYS = (SECOND, 1.000001 * SECOND, 5 * SECOND, 121 * SECOND, 599.5 * SECOND, HOUR, 24 * HOUR, 49 * HOUR)


def things_happen(dice: random.Random, first: int) -> None:
    """What comes late: answers, receipts and better ones, refunds, views that name a campaign, sales of days long over, retries, an erasure, withdrawals."""
    now, rows = timezone.now(), OutboxEvent.objects
    pks = list(rows.values_list("pk", flat=True))
    rows.settle(dice.sample(pks, 40), attempt=None, short=False, test=False)
    rows.filter(pk__in=dice.sample(pks, 60)).retry()
    rows.filter(pk__in=dice.sample(pks, 40)).cancel()
    rows.filter(pk__in=dice.sample(pks, 20)).revoke("consent_withdrawn", limit=100)
    rows.expire(limit=20)
    for row in rows.filter(pk__in=dice.sample(pks, 20), value__isnull=False):
        row_refunded(row)
    for row in rows.filter(pk__in=dice.sample(pks, 30)):
        acknowledge(
            Receipt(
                pixel=row.pixel,
                event_name=row.event_name,
                event_id=row.event_id,
                state=dice.choice((0, 1, 2)),
                visitor_key=dice.choice("uvw"),
            )
        )
    _corrected(dice)
    late = [a_row(dice, n) for n in range(first, first + 40)]
    for row in late:
        row.created_at, row.settled_at = now, now if row.settled_at else None
    rows.record_all(late)
    erased = rows.filter(pk__in=dice.sample(pks, 20))
    erased.strip(limit=100), erased.unname(limit=100)


def _corrected(dice: random.Random) -> None:
    """Browsers tell better of what they had told before, of copies without an event too."""
    unsure = BrowserReceipt.objects.exclude(state=BrowserReceipt.State.HANDED_OVER).order_by("pk")
    for known in dice.sample(list(unsure), 40):
        told_again(known, dice.choice((1, 2, 2)))


def told_again(known: BrowserReceipt, state: int) -> None:
    names = ("pixel", "event_name", "event_id", "visitor_key")
    acknowledge(Receipt(state=state, **{name: getattr(known, name) for name in names}))


def row_refunded(row: OutboxEvent) -> None:
    OutboxEvent.objects.refund(row.pk, row.refunded, Decimal("2.25"))
    mark_stale([row.event_time], using="default")


def _copies(dice: random.Random, row: OutboxEvent) -> list[BrowserReceipt]:
    at = row.event_time + dice.choice((0, 2, 7200, 50 * 3600)) * SECOND
    return [
        BrowserReceiptFactory.build(row=row, visitor_key=visitor, state=dice.choice((0, 1, 2, 2, 2)), created_at=at)
        for visitor in dice.sample("mnop", dice.choice((1, 1, 1, 2)))
    ]


def _moment(dice: random.Random) -> datetime:
    """Many of them about midnight, where days are cut."""
    at = timezone.now() - dice.uniform(0, DAYS * 24) * HOUR
    if dice.random() < 0.3:
        midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight + dice.choice((-1, 0, 1)) * timedelta(microseconds=dice.choice((0, 1, 10**6, 3600 * 10**6)))
    return min(at, timezone.now())
