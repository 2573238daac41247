"""What several of the page's answers stand on: read, or added up, once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..answers.metas import Metas, metas_of
from ..answers.onesided import one_sided
from ..answers.pixels import compared_at, states_of
from ..answers.sales import Orders, orders, overlap
from ..answers.waiting import Backlog, backlog
from ..counting.facts import Fact
from ..counting.figures import Figures
from ..counting.scan import Asked
from ..rollup.reading import Read
from ..verdict.blocking import risen
from ..verdict.compared import Compared, compared
from ..verdict.judging import Evidence
from ..verdict.volume import odd_volumes
from ..window import Window
from .asides import Asides, asides


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """``whole``: all events of the window; ``shown``: those of the one that was asked for, or all."""

    window: Window
    asked: Asked
    event: str
    now: datetime
    found: Read
    whole: Figures
    shown: Figures
    sold: Orders
    compared: Compared
    states: Sequence[Any]
    waits: Sequence[Backlog]
    aside: Asides
    metas: tuple[Metas, ...]


def basis(window: Window, asked: Asked, event: str, found: Read, now: datetime) -> Basis:
    rows, beside = told_apart(found.now.facts)
    whole, states = Figures(rows, found.now.tallies), states_of(asked.pixel, asked.using)
    return Basis(
        window=window,
        asked=asked,
        event=event,
        now=now,
        found=found,
        whole=whole,
        shown=whole.of_event(event),
        sold=orders(rows),
        compared=compared(beside, compared_at(states)),
        states=states,
        waits=backlog(pixel=asked.pixel, using=asked.using),
        aside=asides(window, pixel=asked.pixel, event=event, using=asked.using, now=now),
        metas=metas_of(states),
    )


def evidence(on: Basis) -> Evidence:
    """What is judged: always of all events, whichever is shown."""
    rows, over, before = on.whole.facts, on.found.over.facts, on.found.before.facts
    return Evidence(
        pixels=on.states,
        backlogs=on.waits,
        orders=on.sold,
        by_day=() if on.window.is_hourly else [orders(day) for day in _by_slot(rows).values()],
        overlap=overlap(fact for fact in rows if fact.is_order),
        one_sided=one_sided(on.whole),
        flood=on.aside.flood,
        shut_out=on.aside.shut_out,
        blocking=risen(on.window, rows, before),
        compared=on.compared,
        volumes=odd_volumes(on.window, over, before, on.window.over_by(on.now)),
        reports=on.aside.reported,
        short=sum(fact.short for fact in rows),
        metas=on.metas,
    )


def told_apart(facts: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    """The events, and what differs from the orders."""
    return [fact for fact in facts if not fact.is_beside], [fact for fact in facts if fact.is_beside]


def _by_slot(facts: list[Fact]) -> dict[int, list[Fact]]:
    slots: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        slots[fact.slot].append(fact)
    return slots
