"""What is added up already, and whether it still holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ...conf import conf
from ...models import Rollup, RollupLine
from ...models.states import KEPT_AT_LEAST
from ..counting.spans import Span, joined, within
from .changed import Change, changes
from .stored import VERSION

DAY = timedelta(days=1)
_HEADER = ("pk", "start", "end", "is_day", "visitors_since")
_STATE = ("computed_at", "checked_at", "ripens_at", "version", "is_final")
_LINE = ("pixel", "event_name", "is_test", "numbers")


@dataclass(slots=True, kw_only=True)
class Slice:
    """A rollup with its lines. ``visitors_since``: from then to its end it knows who came."""

    pk: int
    start: datetime
    end: datetime
    is_day: bool
    computed_at: datetime
    checked_at: datetime
    ripens_at: datetime | None
    version: int
    is_final: bool
    visitors_since: datetime | None
    lines: list[RollupLine] = field(default_factory=list)

    @property
    def middle(self) -> datetime:
        return self.start + (self.end - self.start) / 2

    @property
    def may_hold(self) -> bool:
        return self.is_final or (self.version == VERSION and self.ripens_at is None)

    def lines_of(self, pixel: str, *, with_tests: bool) -> list[RollupLine]:
        return [line for line in self.lines if pixel in ("", line.pixel) and (with_tests or not line.is_test)]

    def is_outlived_by(self, change: Change, *, since: datetime | None = None) -> bool:
        """Whether events of its time, or of that ``since`` then, changed after it was computed."""
        touches = change.start < self.end and change.end > (since or self.start)
        return touches and not self.is_final and change.until > self.computed_at

    def visitors_hold(self, found: Iterable[Change]) -> bool:
        since = self.visitors_since
        return since is not None and not any(self.is_outlived_by(change, since=since) for change in found)


def kept(spans: Sequence[Span], *, hours_from: datetime, using: str, now: datetime) -> list[Slice]:
    """All that was added up of these times, hours only from a moment on. One query."""
    found: dict[int, Slice] = {}
    for row in _rollups(spans, hours_from, using).values(*_HEADER, *_STATE, *[f"lines__{name}" for name in _LINE]):
        line = {name: row.pop(f"lines__{name}") for name in _LINE}
        each = found.setdefault(row["pk"], _slice(row, now))
        if line["pixel"] is not None:
            each.lines.append(RollupLine(**line))
    return list(found.values())


def headers(spans: Sequence[Span], *, hours_from: datetime, using: str, now: datetime) -> list[Slice]:
    """The same without what they tell."""
    return [_slice(row, now) for row in _rollups(spans, hours_from, using).values(*_HEADER, *_STATE)]


def _slice(row: dict[str, Any], now: datetime) -> Slice:
    return Slice(**{**row, "is_final": row["is_final"] or row["start"] < pruned_before(now)})


def pruned_before(now: datetime) -> datetime:
    """What was before may have no rows any more: what was added up of it stands for good."""
    return now - max(conf.PRUNE_AFTER, KEPT_AT_LEAST)


def _rollups(spans: Sequence[Span], hours_from: datetime, using: str) -> QuerySet[Rollup]:
    # of another time zone a day begins at another hour
    near = [Span(start - DAY, end) for start, end in joined(spans)]
    rows = Rollup.objects.using(using).filter(within("start", near), lines_are_kept=True)
    return rows.filter(Q(is_day=True) | Q(start__gte=hours_from))


def holding(slices: Iterable[Slice], *, using: str) -> list[Slice]:
    """Those that still say what their rows say. One query."""
    may = [each for each in slices if each.may_hold]
    open_ones = [each for each in may if not each.is_final]
    if not open_ones:
        return may
    found = since_checked(open_ones, using=using)
    for each in open_ones:
        each.visitors_since = each.visitors_since if each.visitors_hold(found) else None
    return [each for each in may if not any(each.is_outlived_by(change) for change in found)]


def since_checked(slices: Sequence[Slice], *, using: str) -> list[Change]:
    """What changed since the last time that the task has looked for it, and what is marked. One query."""
    return changes(_all_of(slices), min(each.checked_at for each in slices), using=using)


def _all_of(slices: Sequence[Slice]) -> Span:
    return Span(min(each.start for each in slices), max(each.end for each in slices))
