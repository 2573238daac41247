"""The dashboard's questions, answered together: one value per page, in at most eight queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery
from django.utils import timezone

from ..conf import conf
from ..models import Pixel, Reconciliation
from .behind import RIPE_AFTER
from .compared import Compared, compared
from .facts import Fact, by_event, facts
from .freshness import Freshness, freshness
from .reasons import explain
from .refusals import Failure, Skipped, failures, skipped
from .reports import reported
from .sales import (
    Delivered,
    EventLine,
    MatchKeys,
    Orders,
    Overlap,
    Part,
    delivered,
    event_lines,
    match_keys,
    orders,
    overlap,
    parts,
)
from .setup import Setup, setup
from .verdict import Problem, problems
from .waiting import Backlog, Waiting, backlog, waiting
from .window import Window

MAX_EVENT_NAMES = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is about."""

    window: Window
    pixel: str
    event: str
    with_tests: bool
    using: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLine:
    pk: int
    alias: str
    is_paused: bool
    reason: str
    since: datetime | None
    waits_until: datetime | None
    last_success_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How tracking is doing. ``healthy_since``: the last failed request of the window, if there was one.

    ``event``: the one that all but the problems, the failures and the pixels is about, or "" for all; ``event_names``:
    those that there are to choose from.
    """

    window: Window
    pixel: str
    event: str
    event_names: tuple[str, ...]
    with_tests: bool
    orders: Orders
    delivered: Delivered
    order_overlap: Overlap
    page_overlap: Overlap
    match_keys: MatchKeys
    freshness: Freshness
    waiting: Waiting
    parts: tuple[Part, ...]
    events: tuple[EventLine, ...]
    skipped: tuple[Skipped, ...]
    failures: tuple[Failure, ...]
    pixels: tuple[PixelLine, ...]
    problems: tuple[Problem, ...]
    compared: Compared
    setup: Setup | None

    @property
    def is_empty(self) -> bool:
        return self.setup is not None

    @property
    def healthy_since(self) -> datetime | None:
        return self.failures[0].last_at if self.failures else None


def health(
    window: Window,
    *,
    pixel: str = "",
    event: str = "",
    with_tests: bool = False,
    using: str | None = None,
    now: datetime | None = None,
) -> Health:
    """Everything that the dashboard shows for the window; ``pixel`` is an alias, ``event`` a name, or "" for all."""
    now, using = now or timezone.now(), using or conf.OUTBOX_DATABASES[0]
    asked = Asked(window, pixel, event, with_tests, using)
    found = facts(window, pixel=pixel, ripe_before=now - RIPE_AFTER, using=using, with_tests=with_tests)
    rows, beside = [fact for fact in found if not fact.is_beside], [fact for fact in found if fact.is_beside]
    waits = backlog(pixel=pixel, using=using)
    states = _states(pixel, using)
    with_orders = compared(beside, max((state.compared_at for state in states if state.compared_at), default=None))
    return _assemble(asked, rows, waits, states, with_orders, now)


def _assemble(
    asked: Asked, rows: list[Fact], waits: list[Backlog], states: Sequence[Pixel], with_orders: Compared, now: datetime
) -> Health:
    window, pixel, event, using = asked.window, asked.pixel, asked.event, asked.using
    sold, paired = orders(rows), overlap(fact for fact in rows if fact.is_order)
    shown = [fact for fact in rows if event in ("", fact.event_name)]
    return Health(
        window=window,
        pixel=pixel,
        event=event,
        event_names=tuple(sorted(by_event(rows))),
        with_tests=asked.with_tests,
        orders=orders(shown, event=event) if event else sold,
        delivered=delivered(shown),
        order_overlap=overlap(fact for fact in shown if fact.is_order),
        page_overlap=overlap(fact for fact in shown if not fact.is_order),
        match_keys=match_keys(shown),
        freshness=freshness(window, pixel=pixel, using=using, event=event, with_tests=asked.with_tests),
        waiting=waiting(each for each in waits if event in ("", each.event_name)),
        parts=parts(shown, window),
        events=event_lines(shown, MAX_EVENT_NAMES),
        skipped=skipped(shown, window, pixel=pixel, using=using, event=event),
        failures=failures(window, pixel=pixel, using=using),
        pixels=tuple(_pixel_line(state) for state in states),
        problems=problems(
            states,
            waits,
            sold,
            paired,
            with_orders,
            sum(fact.short for fact in rows),
            reported(window, using=using),
            now,
        ),
        compared=with_orders,
        setup=None if rows or waits else setup(using),
    )


def _states(pixel: str, using: str) -> list[Any]:
    """Each with ``compared_at``."""
    # the comparisons are the shop's, not a pixel's: beside these, they take no query of their own
    runs = Reconciliation.objects.filter(finished_at__isnull=False).order_by("-pk").values("finished_at")
    states = Pixel.objects.using(using).annotate(compared_at=Subquery(runs[:1])).order_by("alias")
    return list(states.filter(alias=pixel) if pixel else states)


def _pixel_line(pixel: Pixel) -> PixelLine:
    is_paused = pixel.state == Pixel.State.PAUSED
    return PixelLine(
        pk=pixel.pk,
        alias=pixel.alias,
        is_paused=is_paused,
        reason=explain(pixel.paused_reason if is_paused else pixel.wait_reason),
        since=pixel.paused_at,
        waits_until=pixel.wait_until,
        last_success_at=pixel.last_success_at,
    )
