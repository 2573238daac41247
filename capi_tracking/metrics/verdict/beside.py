"""What Meta's own numbers say that ours can't: somebody else sends, or the server covers too little."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from operator import attrgetter

from ...conf import conf
from ..answers.metas import Metas, Told
from .problem import Problem, Trouble

FRESH = timedelta(days=2)
MOST_LINES = 3  # of each kind and pixel


def of_metas(found: Iterable[Metas], now: datetime) -> Iterator[Problem]:
    """Nothing of what was told more than two days ago, and nothing in shadow mode, when others are meant to send."""
    for each in found:
        if each.told_at and each.told_at > now - FRESH and not conf.SHADOW:
            yield from _of_pixel(each)


def _of_pixel(found: Metas) -> Iterator[Problem]:
    others = [line for line in found.told if line.has_other_sender]
    short = [line for line in found.told if line.is_short]
    for line in sorted(others, key=_excess, reverse=True)[:MOST_LINES]:
        yield _problem(Trouble.MORE_AT_META, found, line, count=line.server_count or 0, before=line.our_count or 0)
    for line in sorted(short, key=attrgetter("coverage"))[:MOST_LINES]:
        yield _problem(Trouble.COVERAGE, found, line, percent=int(line.coverage or 0))


def _excess(line: Told) -> int:
    return line.excess or 0


def _problem(
    kind: Trouble, found: Metas, line: Told, *, count: int = 0, before: int = 0, percent: int | None = None
) -> Problem:
    return Problem(
        kind=kind,
        pixel=found.pixel,
        name=line.event_name,
        since=line.counted_since,
        count=count,
        before=before,
        percent=percent,
    )
