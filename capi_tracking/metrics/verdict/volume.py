"""Events of the last day that is over against the same weekday before: a tag that is gone, or one that fires twice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..counting.facts import Fact
from ..window import Window

ENOUGH_BEFORE = 50
HALF, FOURFOLD = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """``event_name`` is "" where all of them together changed."""

    event_name: str
    count: int
    before: int


def odd_volumes(window: Window, over: Iterable[Fact], before: Iterable[Fact], parts_over: int) -> tuple[Volume, ...]:
    """All together if they are down by half or up fourfold, else those that are, the busiest before first.

    Of a window of days alone: an hour tells too little.
    """
    if window.is_hourly or not parts_over:
        return ()
    now = _counted(over, parts_over - 1)
    then = _counted(before, len(window.parts) + parts_over - 1)
    if is_odd(now.total(), then.total()):
        return (Volume(event_name="", count=now.total(), before=then.total()),)
    names = [name for name, count in then.most_common() if is_odd(now[name], count)]
    return tuple(Volume(event_name=name, count=now[name], before=then[name]) for name in names)


def is_odd(count: int, before: int) -> bool:
    return before >= ENOUGH_BEFORE and (count * HALF <= before or count >= FOURFOLD * before)


def _counted(facts: Iterable[Fact], slot: int) -> Counter[str]:
    """Rows of the outbox, whatever became of them."""
    counts: Counter[str] = Counter()
    for fact in facts:
        if fact.slot == slot and fact.status and not fact.is_beside:
            counts[fact.event_name] += fact.count
    return counts
