"""What a monitoring system asks again and again: few numbers, in at most ten queries, each bounded by an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from ..conf import conf
from ..models import DeliveryAttempt, Heartbeat, Pixel, Reconciliation
from .answers.freshness import Freshness, freshness
from .answers.sales import Orders, orders
from .answers.waiting import Backlog, backlog
from .counting.facts import RIPE_AFTER, Fact, by_event, total
from .counting.scan import Asked
from .rollup.reading import read
from .window import window

HOURS_24 = "24h"
LAST_HOUR = timedelta(hours=1)
MAX_EVENT_NAMES = 30
OTHERS = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Requests of one pixel that came to the same, in the last hour."""

    pixel: str
    kind: str
    code: int | None
    count: int
    events: int
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelGauge:
    alias: str
    is_paused: bool
    is_waiting: bool
    last_success_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """``outcomes``: events of the last 24 hours by name and status, beyond the thirty most frequent names "other";
    ``orders`` and ``freshness`` are of these hours too. ``signs``: when worker and timetable last showed themselves.
    """

    backlogs: tuple[Backlog, ...]
    pixels: tuple[PixelGauge, ...]
    requests: tuple[Requests, ...]
    outcomes: Mapping[tuple[str, str], int]
    orders: Orders
    freshness: Freshness
    signs: Mapping[str, datetime]
    compared_at: datetime | None


def gauges(*, using: str | None = None, now: datetime | None = None) -> Gauges:
    """Of all pixels, without test events but for what waits. Nothing in it tells of a customer."""
    now, database = now or timezone.now(), using or conf.OUTBOX_DATABASES[0]
    found = read(window(HOURS_24, now), Asked(using=database), ripe_before=now - RIPE_AFTER, now=now)
    facts = [fact for fact in found.now.facts if not fact.is_beside]
    runs = Reconciliation.objects.filter(finished_at__isnull=False).order_by("-pk")
    return Gauges(
        backlogs=tuple(backlog(pixel="", using=database)),
        pixels=tuple(_pixel(each, now) for each in Pixel.objects.using(database).order_by("alias")),
        requests=tuple(_requests(database, now)),
        outcomes=_outcomes(facts),
        orders=orders(facts),
        freshness=freshness(facts),
        signs=dict(Heartbeat.objects.using(conf.OUTBOX_DATABASES[0]).values_list("name", "beat_at")),
        compared_at=runs.values_list("finished_at", flat=True).first(),
    )


def _pixel(pixel: Pixel, now: datetime) -> PixelGauge:
    return PixelGauge(
        alias=pixel.alias,
        is_paused=pixel.state == Pixel.State.PAUSED,
        is_waiting=bool(pixel.wait_until and pixel.wait_until > now),
        last_success_at=pixel.last_success_at,
    )


def _requests(using: str, now: datetime) -> list[Requests]:
    recent = DeliveryAttempt.objects.using(using).filter(started_at__gt=now - LAST_HOUR, started_at__lte=now)
    groups: Any = (
        recent.order_by()
        .values("pixel", "kind", "code")
        .annotate(count=Count("id"), events=Sum("batch_size"), milliseconds=Sum("duration_ms"))
    )
    return [Requests(**group) for group in groups]


def _outcomes(facts: list[Fact]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    groups = sorted(by_event(facts).items(), key=lambda group: -total(group[1]))
    for place, (name, some) in enumerate(groups):
        shown = name if place < MAX_EVENT_NAMES else OTHERS
        for fact in some:
            if fact.status:  # a browser's copy without a row has none
                found[shown, fact.status] = found.get((shown, fact.status), 0) + fact.count
    return found
