"""Whether the pixel is blocked in nearly every browser by now: what blockers do to some, a mistake does to all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce

from ...models import BrowserReceipt, BrowserState
from ...models.receipt import NOBODYS
from ..values import Share

LOOKED_BACK = timedelta(days=1)
MOST_RECEIPTS = 300  # the newest tell it
ENOUGH = 20  # visitors
MOST_PERCENT = 90


class Told(NamedTuple):
    """What a visitor's browser told of one of its copies, and when."""

    visitor: str
    state: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutOut:
    """``share``: visitors whose browser blocks the pixel, of those ``since`` then; None if that is too long ago to see."""

    since: datetime | None
    share: Share


def newest(using: str, now: datetime) -> QuerySet[Any]:
    """The newest receipts, none older than a day."""
    rows = BrowserReceipt.objects.using(using).filter(created_at__gt=now - LOOKED_BACK)
    # a bound of time, since the parts of a union can't have one of their own on SQLite
    last = rows.order_by("-created_at").values("created_at")[MOST_RECEIPTS - 1 : MOST_RECEIPTS]
    return rows.filter(created_at__gte=Coalesce(Subquery(last), now - LOOKED_BACK))


def shut_out(receipts: Iterable[Told]) -> ShutOut | None:
    """While nine in ten of the latest twenty visitors say that it is blocked; each by the last that they told."""
    receipts = list(receipts)
    visitors = _visitors(receipts)
    if not _is_shut(visitors[:ENOUGH]):
        return None
    run = max((visitors[:count] for count in range(ENOUGH, len(visitors) + 1)), key=_excess)
    is_all = len(run) == len(visitors) and len(receipts) >= MOST_RECEIPTS
    return ShutOut(since=None if is_all else run[-1].at, share=Share(_blocked(run), len(run)))


def _visitors(receipts: Iterable[Told]) -> list[Told]:
    """The latest word of each, the newest first."""
    latest: dict[str, Told] = {}
    for told in sorted(receipts, key=lambda each: each.at, reverse=True):
        if told.state != BrowserState.UNKNOWN and told.visitor and not told.visitor.startswith(NOBODYS):
            latest.setdefault(told.visitor, told)
    return list(latest.values())


def _is_shut(visitors: Sequence[Told]) -> bool:
    return len(visitors) >= ENOUGH and _excess(visitors) >= 0


def _excess(visitors: Sequence[Told]) -> int:
    """By how much the blocked ones are more than the share that it takes."""
    return 100 * _blocked(visitors) - MOST_PERCENT * len(visitors)


def _blocked(visitors: Iterable[Told]) -> int:
    return sum(told.state == BrowserState.BLOCKED for told in visitors)
