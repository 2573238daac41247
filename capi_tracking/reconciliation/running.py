"""A comparison from its beginning to its end, and what is kept of it."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.utils import timezone

from ..conf import conf
from ..models import DifferenceKind as Kind
from ..models import OrderDifference, Reconciliation
from ..models.difference import STORED
from ..models.slices import delete, in_slices
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
    report = Report.from_json(run.counts)
    ends_at = time.monotonic() + budget.total_seconds() if budget is not None else None
    run.position = _walk(run, report, partial(_is_over, ends_at), tell)
    report.is_complete = run.position is None
    if report.is_complete:
        run.finished_at = timezone.now()
        _forget(run)
    run.counts = report.as_json()
    run.save(using=_runs_in())
    return report


def _begun(days: int, mends: bool) -> Reconciliation:
    """Rows are kept for so long; what was sent before would look as if it had never been recorded."""
    longest = max(conf.PRUNE_AFTER, MAX_AGE_STORE) - ONE_DAY
    now = timezone.now()
    return Reconciliation.objects.using(_runs_in()).create(
        since=now - min(timedelta(days=days), longest), until=now, is_recording=mends
    )


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
