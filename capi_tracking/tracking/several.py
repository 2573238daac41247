"""Many events at once, each with a consent and a place of its own, and what became of each."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction

from ..conf import conf
from ..consent import Consent
from ..events import Event
from ..exceptions import CapiTrackingError
from ..models import OutboxEvent, SkipCount
from ..models.skipcount import Place
from ..models.verbs.arriving import mark_handed_over, spots_of, standing
from .judging import Judged, judged
from .omissions import count_omissions
from .rows import without_the_person
from .writing import announce, place_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event as a server tells it. ``withheld``: why it is not to be sent, whatever the consent."""

    event: Event
    consent: Consent
    pixel: str = "default"
    order_key: str | None = None
    part: str = ""
    withheld: str = ""


class Fate(NamedTuple):
    """What became of one: its row, whether it is new, or what was wrong with it."""

    row: OutboxEvent | None = None
    is_new: bool = False
    error: CapiTrackingError | None = None


def track_each(told: Iterable[Told], *, source: str, using: str | None = None) -> list[Fate]:
    """Record the events with one INSERT, in the order given; those that are there already change nothing.

    An event that can't be right takes no other with it. What may not be sent is a row where it has an ``order_key``, else
    one more in the day's count. Nothing is written while ``ENABLED`` is off. Database errors rise, and nothing is written.
    """
    database = using or conf.OUTBOX_DATABASES[0]
    found = [_judged(each, source) for each in told]
    rows = [each for each in found if isinstance(each, Judged)]
    if not conf.ENABLED:
        return [_fate(each, is_new=True) for each in found]
    new, said = _new(rows, database)
    _write(new.values(), said, database)
    return [_fate(each, is_new=id(each) in new) for each in found]


def foresee_each(told: Iterable[Told], *, source: str, using: str | None = None) -> list[Fate]:
    """What :func:`track_each` would answer now. Writes nothing."""
    found = [_judged(each, source) for each in told]
    new, _ = _new([each for each in found if isinstance(each, Judged)], using or conf.OUTBOX_DATABASES[0])
    return [_fate(each, is_new=id(each) in new) for each in found]


def _judged(told: Told, source: str) -> Judged | CapiTrackingError:
    try:
        found = judged(told.event, told.pixel, told.consent, told.order_key, told.part, source)
    except CapiTrackingError as error:
        return error
    reason = told.withheld or found.reason
    return found._replace(row=without_the_person(found.row, reason), reason=reason) if reason else found


def _fate(found: Judged | CapiTrackingError, *, is_new: bool) -> Fate:
    return Fate(found.row, is_new) if isinstance(found, Judged) else Fate(error=found)


def _is_row(found: Judged) -> bool:
    return not found.reason or bool(found.row.order_key)


def _new(found: Sequence[Judged], using: str) -> tuple[dict[int, Judged], set[str]]:
    """Those that are neither in the outbox nor earlier among these, by their identity, and the keys of browsers' rows
    that they replace; counts are always new.

    Asked before any transaction begins: SQLite that reads first and writes later in one is locked out by others.
    """
    taken, said = standing(OutboxEvent.objects.using(using), [each.row for each in found if _is_row(each)])
    new: dict[int, Judged] = {}
    for each in found:
        if _is_row(each):
            spots = spots_of(each.row)
            if not taken.isdisjoint(spots):
                continue
            taken |= spots
        new[id(each)] = each
    return new, said


def _write(new: Collection[Judged], said: Collection[str], using: str) -> None:
    if not new:
        return
    # in one order, so that two who bring the same do not wait for each other
    rows = sorted([each.row for each in new if _is_row(each)], key=attrgetter("key"))
    counts = Counter[Place](place_of(each.row, each.reason) for each in new if not _is_row(each))
    mark_handed_over(rows, using)
    with transaction.atomic(using=using):
        _insert(rows, said, using)
        SkipCount.objects.using(using).add_all(counts)
        count_omissions([each for each in new if not each.reason], using=using)
        for row in rows:
            announce(row, using=using)


def _insert(rows: Sequence[OutboxEvent], said: Collection[str], using: str) -> None:
    events = OutboxEvent.objects.using(using)
    if fresh := [row for row in rows if row.key not in said]:
        events.record_all(fresh)
    for row in rows:
        if row.key in said:
            events.record(row)
