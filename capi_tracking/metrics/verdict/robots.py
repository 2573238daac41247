"""Whether robots flood the shop with page events: some always come, and nobody need care."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from ...models import OutboxEvent, RobotCount, Source
from ...models.robots import SLICE
from ..values import Share

LOOKED_BACK = timedelta(days=1)
RECENT = 2 * SLICE
ENOUGH = 50  # in the recent slices
FEW = 5  # a slice with fewer is no part of a flood


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """``count``: page events of robots ``since`` then; ``share``: theirs, of all that came in the recent slices."""

    since: datetime
    count: int
    share: Share


def of_robots(using: str, now: datetime) -> QuerySet[Any]:
    return RobotCount.objects.using(using).filter(since__gt=now - LOOKED_BACK)


def of_people(using: str, now: datetime) -> QuerySet[Any]:
    """What beacons of visitors brought in the recent slices."""
    return OutboxEvent.objects.using(using).filter(event_time__gt=now - RECENT, source=Source.RELAY)


def flood(counts: Iterable[tuple[datetime, int]], people: int, now: datetime) -> Flood | None:
    """While robots are many, and more than people. ``counts``: when each slice began, and how many it had."""
    slices = sorted(((at, count) for at, count in counts if count >= FEW), reverse=True)
    recent = sum(count for at, count in slices if at > now - RECENT)
    if recent < ENOUGH or recent <= people:
        return None
    since, total = now, 0
    for at, count in slices:
        if at < since - RECENT:
            break
        since, total = min(since, at), total + count
    return Flood(since=since, count=total, share=Share(recent, recent + people))
