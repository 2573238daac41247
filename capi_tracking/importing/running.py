"""An import, from the first record to the last: in batches, each by one INSERT."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO

from ..exceptions import InvalidEvent
from ..ingestion import MAX_ITEMS, Outcome, Terms, ingest, preview
from .columns import looks_like_data
from .items import Writer
from .layout import Layout
from .lines import Lines, open_text
from .records import Record

BATCH = min(MAX_ITEMS, 500)
MOST_SIGNS = 2_000_000  # of one batch
MOST_REASONS = 50
OTHER_REASONS = "other reasons"


@dataclass(slots=True)
class Tally:
    """What became of the records. ``last``: the line up to which everything is settled.

    ``notes``: what was left out of records that are not refused. Of reasons and notes at most fifty are told apart.
    """

    last: int = 0
    records: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


class Listener(Protocol):
    """Is told of each refused record, and after each batch, with how much of the file is read."""

    def refuse(self, record: Record, reason: str) -> None: ...
    def tell(self, tally: Tally, read: int) -> None: ...


def run(layout: Layout, terms: Terms, listener: Listener, *, tally: Tally | None = None, is_dry: bool = False) -> Tally:
    """Give each good record to the ingestion, which takes none twice, and tell of all others why not.

    Errors of the database rise: what was recorded stays, and a second run finds it there.
    """
    tally, verb = tally or Tally(), preview if is_dry else ingest
    with open_text(layout.path, layout.encoding) as file:
        writer = Writer(layout)
        for batch in _batches(layout.records(Lines(file, layout.encoding))):
            _settle(batch, writer, terms, verb, listener, tally)
            listener.tell(tally, _bytes_read(file))
    return tally


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    signs = 0
    for record in records:
        batch.append(record)
        signs += len(record.text)
        if len(batch) >= BATCH or signs > MOST_SIGNS:
            yield batch
            batch, signs = [], 0
    if batch:
        yield batch


def _settle(
    batch: list[Record], writer: Writer, terms: Terms, verb: Callable[..., Any], listener: Listener, tally: Tally
) -> None:
    written = [_written(record, writer) for record in batch]
    results = iter(verb([each for each in written if not isinstance(each, str)], terms))
    for record, each in zip(batch, written, strict=True):
        if isinstance(each, str):
            _refuse(record, each, listener, tally)
        else:
            _count(record, next(results), listener, tally)
    tally.records += len(batch)
    tally.last = batch[-1].line


def _written(record: Record, writer: Writer) -> Any:
    """Its item, or why there is none."""
    if record.problem:
        return record.problem
    try:
        return writer.item(record.values)
    except InvalidEvent as error:
        return str(error)


def _count(record: Record, result: Any, listener: Listener, tally: Tally) -> None:
    if result.outcome == Outcome.REFUSED:
        _refuse(record, ": ".join(part for part in (_named(result.field), result.reason) if part), listener, tally)
        return
    tally.outcomes[result.outcome] += 1
    for note in result.notes:
        _add(tally.notes, note)
    if result.outcome == Outcome.SKIPPED:
        _add(tally.skipped, result.reason)


def _refuse(record: Record, reason: str, listener: Listener, tally: Tally) -> None:
    tally.outcomes[Outcome.REFUSED] += 1
    _add(tally.refused, reason)
    listener.refuse(record, reason)


def _add(counts: Counter[str], reason: str) -> None:
    counts[reason if reason in counts or len(counts) < MOST_REASONS else OTHER_REASONS] += 1


def _named(place: str) -> str:
    """Where in the item; a key that somebody's data became is not told."""
    return ".".join("a key" if looks_like_data(part) else part for part in place.split("."))


def _bytes_read(file: TextIO) -> int:
    return int(file.buffer.tell())
