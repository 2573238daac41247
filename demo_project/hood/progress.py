"""What became of events: the server's row, the browser's receipt, and whether the two make a pair."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor
from typing import Any

from django.db.models import Q

from capi_tracking import metrics, orders
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, Status
from demo_project.shop.models import Order

NOT_HERE = "not_here_yet"
MOST_ROWS = 60
PAIRED = "One id on both copies: Meta counts it once."
BLOCKED = "The browser's copy was blocked. The server's reached Meta all the same."
SERVER_ALONE = "No browser told of a copy. The server's reached Meta by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``seconds`` from the event to Meta's answer; ``receipt`` is "" until a browser has told."""

    name: str = ""
    status: str = NOT_HERE
    says: str = "Not here yet."
    receipt: str = ""
    seconds: float | None = None
    is_paired: bool = False
    is_settled: bool = False
    pk: int | None = None


def order_keys(token: str) -> list[str]:
    """The order with that secret token, as the outbox calls it; nothing if there is none."""
    order = Order.objects.filter(token=token).first() if token else None
    return orders.keys_of_number(order.number) if order else []


def of_events(ids: Iterable[str]) -> dict[str, Progress]:
    """Each id's progress; ids that nobody knows are not here yet. Two queries."""
    asked = set(ids)
    receipts = _receipts(asked)
    rows = {row.event_id: row for row in _rows(Q(event_id__in=asked))}
    return {each: _progress(rows.get(each), receipts.get(each, "")) for each in sorted(asked)}


def ids_of_order(token: str) -> list[str]:
    """The ids of an order's own events, oldest first."""
    keys = order_keys(token)
    return [row.event_id for row in _rows(Q(order_key__in=keys))][::-1] if keys else []


def _rows(condition: Q) -> Iterable[Any]:
    """The newest first, without what they hold."""
    return metrics.with_pair(OutboxEvent.objects.filter(condition)).defer("payload").order_by("-pk")[:MOST_ROWS]


def _receipts(ids: Iterable[str]) -> dict[str, str]:
    """The highest state that a browser told, by id."""
    told = BrowserReceipt.objects.filter(event_id__in=ids).order_by("state")
    return {event_id: BrowserState(state).name.lower() for event_id, state in told.values_list("event_id", "state")}


def _progress(row: Any, receipt: str) -> Progress:
    if row is None:
        return Progress(receipt=receipt)
    seen = "handed_over" if row.seen_at else receipt
    return Progress(
        name=row.event_name,
        status=row.status,
        says=_says(row, seen),
        receipt=seen,
        seconds=_seconds(row),
        is_paired=row.pair == metrics.Pair.BOTH,
        is_settled=row.is_settled,
        pk=row.pk,
    )


def _says(row: Any, receipt: str) -> str:
    if row.status != Status.SENT:
        return metrics.explain_status(row.status, row.reason)
    if row.pair == metrics.Pair.BOTH:
        return PAIRED
    return BLOCKED if receipt == "blocked" else SERVER_ALONE


def _seconds(row: Any) -> float | None:
    """In whole tenths: what took less than one took none."""
    return max(0.0, floor((row.sent_at - row.event_time).total_seconds() * 10) / 10) if row.sent_at else None
