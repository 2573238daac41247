"""From each order to its events: is there one, and does it say the same?"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from ..logs import log_failure
from ..orders import Sale, Seen, Shelf, sales_between
from .cases import Case, cases_of
from .judging import Judgement
from .mending import mended
from .told import told_of

Batch = tuple[Any, list[Judgement]]


def judged(
    shelf: Shelf, start: datetime, end: datetime, *, after: Any, mends: bool, size: int | None
) -> Iterator[Batch]:
    """Every sale of the shelf's orders of [start, end), in batches of that size, each with the last order's primary key."""
    for last, batch in sales_between(shelf, start, end, after=after, size=size):
        cases = [case for case in _cases(shelf, batch) if _is_of(case.judgement, start, end)]
        yield last, mended(cases, shelf.outbox) if mends else [case.judgement for case in cases]


def _cases(shelf: Shelf, batch: Sequence[Seen]) -> list[Case]:
    """The rows are read after the orders: of an order that is there, the row is by then."""
    if not batch:
        return []
    _log_first([seen.error for seen in batch if seen.error])
    blanks = [Sale(seen.order, shelf.adapter, shelf.database, pixel="") for seen in batch]
    told = told_of([blank.key for blank in blanks], using=shelf.outbox)
    return [case for seen, blank in zip(batch, blanks, strict=True) for case in cases_of(seen, blank, told)]


def _is_of(judgement: Judgement, start: datetime, end: datetime) -> bool:
    return judgement.when is None or start <= judgement.when < end


def _log_first(errors: list[Exception]) -> None:
    """The place of one is told; each order's own line names the kind."""
    if errors:
        log_failure(errors[0])
