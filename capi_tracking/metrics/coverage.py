"""Meta's own numbers of each event, as last fetched: match quality, coverage from both sides, counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from ..models import QualitySnapshot

FRESH = timedelta(days=3)
MOST_LINES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """``score`` of 10, ``coverage`` and ``goal`` in percent; the counts are before deduplication. None is what Meta did not tell.

    ``our_count``: how many we sent in the hours that ``server_count`` is of.
    """

    pixel: str
    event_name: str
    day: date
    taken_at: datetime | None
    score: Decimal | None
    coverage: Decimal | None
    goal: Decimal | None
    browser_count: int | None
    server_count: int | None
    our_count: int | None

    @property
    def is_short(self) -> bool:
        return self.coverage is not None and self.goal is not None and self.coverage < self.goal


def covered(*, using: str, pixel: str = "") -> tuple[Covered, ...]:
    """The latest of the last three days, each event of each pixel once, the busiest first. One query."""
    rows = QualitySnapshot.objects.using(using).filter(day__gte=timezone.localdate() - FRESH)
    rows = rows.filter(pixel=pixel) if pixel else rows
    names = tuple(Covered.__dataclass_fields__)
    latest = {(line["pixel"], line["event_name"]): line for line in rows.order_by("day").values(*names)}
    lines = [
        Covered(**line)
        for line in latest.values()
        if any(line[name] is not None for name in ("score", "coverage", "server_count"))
    ]
    return tuple(sorted(lines, key=lambda line: (-(line.server_count or 0), line.event_name))[:MOST_LINES])
