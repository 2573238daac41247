"""When settings or the release changed: what a jump in a chart may come from."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ...models import SettingsChange
from ..window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """``names``: of the settings that changed, with commas between; "capi_tracking" is the release."""

    at: datetime
    names: str


def changes_in(window: Window, using: str) -> QuerySet[Any]:
    rows = SettingsChange.objects.using(using).exclude(names="")
    return rows.filter(at__gte=window.start, at__lt=window.end)


def by_part(window: Window, marks: Iterable[Mark]) -> Mapping[datetime, tuple[Mark, ...]]:
    """Those of each hour or day, by when it begins; in order."""
    found: dict[datetime, list[Mark]] = defaultdict(list)
    for mark in sorted(marks, key=lambda each: each.at):
        found[window.parts[max(bisect_right(window.parts, mark.at) - 1, 0)]].append(mark)
    return {start: tuple(some) for start, some in found.items()}
