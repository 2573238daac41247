"""A comparison from its beginning to its end, and what is kept of it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from .. import context
from ..conf import conf
from ..models import DifferenceKind as Kind
from ..models import OrderDifference, Reconciliation
from ..models.database.slices import delete, in_slices
from ..models.difference import STORED
from ..models.states import MAX_AGE_STORE
from .judging import Judgement
from .report import Report
from .stages import Step, steps

GOES_ON_FOR = timedelta(hours=6)  # an older comparison that was not finished is begun anew
ONE_DAY = timedelta(days=1)

Listener = Callable[[Judgement], object]


def reconcile(
    days: int, *, mends: bool = False, budget: timedelta | None = None, tell: Listener | None = None
) -> Report:
    """Compare the orders of the last ``days`` days with the outbox, and keep what differs.

    ``mends``: record what was never recorded, inside Meta's windows and by the consent at checkout. ``budget``: how long
    it may take; the next call with a budget goes on where this one ended. ``tell`` gets each difference. While tracking
    is off, nothing is compared.
    """
    if not conf.ENABLED:
        return Report(is_complete=True)
    run = _begun(days, mends) if budget is None else _gone_on_with() or _begun(days, mends)
    return _carry_on(run, budget, tell)


def backfill(since: datetime, until: datetime, *, budget: timedelta) -> Report:
    """Compare the orders of [since, until), record what was never recorded, and keep what differs still.

    If it takes longer than ``budget``, the next call for the same period goes on where it ended, and so does the next
    ``reconcile`` with a budget. While tracking is off, nothing is compared.
    """
    if not conf.ENABLED:
        return Report(is_complete=True)
    now = timezone.now()
    since, until = max(since, now - _longest()), min(until, now)
    if since >= until:
        return Report(is_complete=True)
    return _carry_on(_same(since, until) or _create(since, until, mends=True), budget, None)


def _carry_on(run: Reconciliation, budget: timedelta | None, tell: Listener | None) -> Report:
    report = Report.from_json(run.counts)
    ends_at = time.monotonic() + budget.total_seconds() if budget is not None else None
    with context.serving(None):  # whoever presses a button has bought nothing of it
        run.position = _walk(run, report, partial(_is_over, ends_at), tell)
    report.is_complete = run.position is None
    if report.is_complete:
        run.finished_at = timezone.now()
        _forget(run)
    run.counts = report.as_json()
    run.save(using=_runs_in())
    return report


def _begun(days: int, mends: bool) -> Reconciliation:
    now = timezone.now()
    return _create(now - min(timedelta(days=days), _longest()), now, mends=mends)


def _longest() -> timedelta:
    """Rows are kept for so long; what was sent before would look as if it had never been recorded."""
    return max(conf.PRUNE_AFTER, MAX_AGE_STORE) - ONE_DAY


def _create(since: datetime, until: datetime, *, mends: bool) -> Reconciliation:
    return Reconciliation.objects.using(_runs_in()).create(since=since, until=until, is_recording=mends)


def _same(since: datetime, until: datetime) -> Reconciliation | None:
    """The unfinished one of that period, whose end may have been the present moment."""
    run = _gone_on_with()
    is_same = run is not None and run.is_recording and run.since == since and run.until <= until
    return run if is_same else None


def _gone_on_with() -> Reconciliation | None:
    return Reconciliation.objects.using(_runs_in()).unfinished(for_at_most=GOES_ON_FOR)


def _runs_in() -> str:
    return conf.OUTBOX_DATABASES[0]


def _is_over(ends_at: float | None) -> bool:
    return ends_at is not None and time.monotonic() >= ends_at


def _walk(
    run: Reconciliation, report: Report, is_over: Callable[[], bool], tell: Listener | None
) -> list[object] | None:
    """Where it ended, or None if there is nothing left. At least one step is done."""
    for step in steps(run.since, run.until, mends=run.is_recording, position=run.position):
        report.add(step.judgements)
        _keep(step)
        for judgement in step.judgements if tell else ():
            if judgement.kind and tell:
                tell(judgement)
        if is_over():
            return step.position
    return None


def _keep(step: Step) -> None:
    """What the outbox's own rows do not tell."""
    found = [_row(judgement) for judgement in step.judgements if _is_kept(judgement)]
    if found:
        OrderDifference.objects.using(step.outbox).tell(found)


def _is_kept(judgement: Judgement) -> bool:
    tells_of_itself = judgement.kind == Kind.MISSED and judgement.told is not None
    return judgement.is_unmended and judgement.kind in STORED and not tells_of_itself


def _row(judgement: Judgement) -> OrderDifference:
    told = judgement.told
    return OrderDifference(
        **judgement.place._asdict(),
        kind=judgement.kind or "",
        event_time=judgement.when or timezone.now(),
        value=judgement.value,
        currency=judgement.currency,
        sent_value=told.value if told else None,
        sent_currency=told.currency if told else "",
    )


def _forget(run: Reconciliation) -> None:
    """What an earlier comparison found in this time, and this one did not."""
    for using in conf.OUTBOX_DATABASES:
        rows = OrderDifference.objects.using(using).settled(run.since, run.until, since=run.started_at)
        in_slices(partial(delete, rows))
