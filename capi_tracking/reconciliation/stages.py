"""The way through a comparison: first all orders, then all events, in steps that can be gone on from."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from .. import orders
from ..conf import conf
from ..orders import Shelf
from . import of_events, of_orders
from .judging import Judgement

# The row of an order in another database is written once the order is committed: a moment later.
COMES_AFTER = timedelta(minutes=1)

Position = list[Any]  # the stage's name, then where it was: JSON


class Step(NamedTuple):
    """A batch that is done. ``position``: where the next one begins; ``outbox``: the database of its rows."""

    outbox: str
    position: Position
    judgements: list[Judgement]


class Stage(NamedTuple):
    name: str
    run: Callable[[list[Any]], Iterator[Step]]


def steps(
    start: datetime, end: datetime, *, mends: bool, position: Position | None, size: int | None = None
) -> Iterator[Step]:
    """All of [start, end), or what is left of it behind ``position``. ``size``: so many orders in a step."""
    shelves = orders.shelves()
    stages = [
        *(Stage(f"orders {shelf.name}", partial(_orders, shelf, start, end, mends, size)) for shelf in shelves),
        *(Stage(f"events {using}", partial(_events, shelves, start, end, using)) for using in conf.OUTBOX_DATABASES),
    ]
    for stage, after in _left(stages, position):
        for step in stage.run(after):
            yield step._replace(position=[stage.name, *step.position])


def _left(stages: list[Stage], position: Position | None) -> Iterator[tuple[Stage, list[Any]]]:
    """From the beginning if the position's stage is no more: another set of adapters, another comparison."""
    name, *after = position or [""]
    names = [stage.name for stage in stages]
    first = names.index(name) if name in names else 0
    for number, stage in enumerate(stages[first:]):
        yield stage, after if number == 0 and name in names else []


def _orders(
    shelf: Shelf, start: datetime, end: datetime, mends: bool, size: int | None, after: list[Any]
) -> Iterator[Step]:
    end = end if shelf.outbox == shelf.database else end - COMES_AFTER
    pk = shelf.model._meta.pk.to_python(after[0]) if after and shelf.model._meta.pk else None
    for last, judgements in of_orders.judged(shelf, start, end, after=pk, mends=mends, size=size):
        yield Step(shelf.outbox, [str(last)], judgements)


def _events(shelves: list[Shelf], start: datetime, end: datetime, using: str, after: list[Any]) -> Iterator[Step]:
    at = (datetime.fromisoformat(after[0]), int(after[1])) if after else None
    for (time, pk), judgements in of_events.judged(shelves, start, end, using=using, after=at):
        yield Step(using, [time.isoformat(), pk], judgements)
