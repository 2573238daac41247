"""What a comparison may put right: a sale that was never recorded, and one whose contents are still open.

Nothing that was sent is touched, and nothing that is not sent on purpose.
"""

from collections.abc import Callable, Mapping, Sequence

from .. import orders
from ..models import DifferenceKind as Kind
from ..models import Source, Status
from .cases import Case, rejudged
from .judging import Judgement
from .told import told_of


def mended(cases: Sequence[Case], using: str) -> list[Judgement]:
    """The cases' judgements after what could be mended was. Each mend writes in a transaction of its own."""
    tried = [case for case in cases if _try(case)]
    if not tried:
        return [case.judgement for case in cases]
    told = told_of({case.sale.key for case in tried}, using=using)
    pks = {id(case) for case in tried}
    return [rejudged(case, told) if id(case) in pks else case.judgement for case in cases]


def _try(case: Case) -> bool:
    """Whether something was tried; what came of it, the outbox tells."""
    mend = _MENDS.get(case.judgement.kind) if case.judgement.kind else None
    return mend is not None and mend(case)


def _record(case: Case) -> bool:
    orders.record(case.sale._replace(source=Source.RECONCILE))
    return True


def _record_failure(case: Case) -> bool:
    if case.judgement.told is not None or case.seen.error is None:
        return False
    orders.record_failure(case.seen.order, case.seen.error, using=case.sale.database, source=Source.RECONCILE)
    return True


def _complete(case: Case) -> bool:
    told = case.judgement.told
    if told is None or not (told.is_open or told.status == Status.PENDING):
        return False
    order = case.seen.order
    orders.complete(order.__class__, order.pk, using=case.sale.database)
    return True


_MENDS: Mapping[str, Callable[[Case], bool]] = {
    Kind.NEVER_RECORDED: _record,
    Kind.MISSED: lambda case: case.judgement.told is None and _record(case),
    Kind.UNREADABLE: _record_failure,
    Kind.DRIFT: _complete,
    Kind.DEAD: _complete,
}
