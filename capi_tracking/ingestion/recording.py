"""From items to results, in their order."""

from collections.abc import Callable, Sequence

from django.db import DataError, IntegrityError

from ..conf import conf
from ..exceptions import CapiTrackingError, InvalidEvent
from ..models import Status
from ..tracking import Fate, Told, foresee_each, track_each
from .consents import unless_withdrawn
from .items import event_id_of, told
from .results import Outcome, Result
from .terms import Terms

MAX_ITEMS = 1000
DISABLED = "disabled"

Verb = Callable[..., list[Fate]]


def ingest(items: Sequence[object], terms: Terms) -> list[Result]:
    """Record what the items tell of, with one INSERT, and say of each what became of it, in their order.

    An item that is wrong takes no other with it. At most ``MAX_ITEMS``, else ValueError. Errors of the database rise, and
    nothing is written then: the whole may be tried again, since what was recorded is a duplicate.
    """
    return _results(items, terms, track_each)


def preview(items: Sequence[object], terms: Terms) -> list[Result]:
    """What :func:`ingest` would answer now. Writes nothing."""
    return _results(items, terms, foresee_each)


def _results(items: Sequence[object], terms: Terms, verb: Verb) -> list[Result]:
    if len(items) > MAX_ITEMS:
        raise ValueError(f"At most {MAX_ITEMS} items at a time.")
    read = [_read(each, terms) for each in items]
    using = terms.using or conf.OUTBOX_DATABASES[0]
    good = unless_withdrawn([each for each in read if isinstance(each, Told)], using)
    fates = iter(zip(good, _fates(good, terms, using, verb), strict=True))
    return [each if isinstance(each, Result) else _result(*next(fates)) for each in read]


def _read(item: object, terms: Terms) -> Told | Result:
    try:
        return told(item, terms)
    except InvalidEvent as error:
        return _refused(event_id_of(item), error)


def _fates(good: Sequence[Told], terms: Terms, using: str, verb: Verb) -> list[Fate]:
    """All at once. If the database will not have one of them, each for itself, so that it takes no other with it."""
    try:
        return verb(good, source=terms.source, using=using)
    except (DataError, IntegrityError):
        if len(good) == 1:
            return [Fate(error=InvalidEvent("item", "holds something that the database does not take"))]
    return [fate for each in good for fate in _fates([each], terms, using, verb)]


def _result(told: Told, fate: Fate) -> Result:
    event = told.event
    if fate.error is not None:
        return _refused(event.event_id, fate.error)
    row, notes = fate.row, event.user_data.notes
    if not fate.is_new:
        return Result(outcome=Outcome.DUPLICATE, event_id=event.event_id, notes=notes)
    reason = row.reason if row else ""
    is_skipped = row is not None and row.status == Status.SKIPPED
    if not conf.ENABLED:
        is_skipped, reason = True, DISABLED
    outcome = Outcome.SKIPPED if is_skipped else Outcome.RECORDED
    return Result(outcome=outcome, event_id=event.event_id, reason=reason, notes=notes)


def _refused(event_id: str, error: CapiTrackingError) -> Result:
    field = error.field if isinstance(error, InvalidEvent) else ""
    reason = str(error).partition(": ")[2] if field else str(error)
    return Result(outcome=Outcome.REFUSED, event_id=event_id, field=field, reason=reason)
