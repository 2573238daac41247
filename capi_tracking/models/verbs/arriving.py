"""What stands in the outbox of many events that arrive at once."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from ..database.oneof import OneOf
from ..database.parts import in_parts
from ..receipt import BrowserReceipt, BrowserState
from ..rollup import mark_stale
from ..states import PAIR_WINDOW, Source
from .superseding import OPEN, may_supersede

if TYPE_CHECKING:
    from ..outbox import OutboxEvent
    from .outbox import OutboxQuerySet

Spot = str | tuple[str | None, str, str, str | None]  # a row's key, or its order's place


class Standing(NamedTuple):
    """``taken``: the spots that are. ``said``: keys of rows that only a browser spoke of, and that may be replaced."""

    taken: set[Spot]
    said: set[str]


def spots_of(row: "OutboxEvent") -> set[Spot]:
    """Where the row will stand: no two rows stand in one spot."""
    order = (row.order_key, row.pixel, row.event_name, row.part)
    return {row.key, order} if row.order_key else {row.key}


def standing(events: "OutboxQuerySet", rows: "Sequence[OutboxEvent]") -> Standing:
    """What of these rows' spots is taken. A SELECT for each five hundred."""
    by_key = {row.key: row for row in rows}
    taken, said = set[Spot](), set[str]()
    for keys in in_parts(by_key):
        for key, source, status in events.filter(OneOf(keys, "key")).values_list("key", "source", "status"):
            is_said = source == Source.RELAY and status in OPEN and may_supersede(by_key[key])
            (said if is_said else taken).add(key)
    orders = dict.fromkeys(row.order_key for row in rows if row.order_key)
    for some in in_parts(orders):
        taken.update(events.filter(OneOf(some, "order_key")).values_list("order_key", "pixel", "event_name", "part"))
    return Standing(taken, said)


def mark_handed_over(rows: "Iterable[OutboxEvent]", using: str) -> None:
    """Rows that come after their browser copies go by those copies' times: Meta pairs them until its window closes."""
    by_key = {row.key: row for row in rows}
    receipts = BrowserReceipt.objects.using(using).filter(state=BrowserState.HANDED_OVER)
    for keys in in_parts(by_key):
        told = receipts.filter(OneOf(keys, "key")).values_list("key", "changed_at", "created_at")
        for key, at, _ in sorted(told, key=itemgetter(1), reverse=True):
            row = by_key[key]
            row.browser_at, row.deadline_at = at, min(row.deadline_at, at + PAIR_WINDOW)
        mark_stale((created_at for *_, created_at in told), using=using)  # counted there as copies without a row
