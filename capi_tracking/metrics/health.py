"""The dashboard's questions, answered together: one value per page, in at most eight queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Subquery
from django.utils import timezone

from ..conf import conf
from ..models import Pixel, Reconciliation
from .compared import Compared, compared
from .facts import Fact, facts
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

RIPE_AFTER = timedelta(hours=1)
MAX_EVENT_NAMES = 30


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
    """How tracking is doing. ``healthy_since``: the last failed request of the window, if there was one."""

    window: Window
    pixel: str
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


def health(window: Window, *, pixel: str = "", using: str | None = None, now: datetime | None = None) -> Health:
    """Everything that the dashboard shows for the window; ``pixel`` is an alias, or "" for all."""
    now, using = now or timezone.now(), using or conf.OUTBOX_DATABASES[0]
    found = facts(window, pixel=pixel, ripe_before=now - RIPE_AFTER, using=using)
    rows, beside = [fact for fact in found if not fact.is_beside], [fact for fact in found if fact.is_beside]
    waits = backlog(pixel=pixel, using=using)
    states = _states(pixel, using)
    with_orders = compared(beside, max((state.compared_at for state in states if state.compared_at), default=None))
    return _assemble(window, pixel, rows, waits, states, with_orders, now, using)


def _assemble(
    window: Window,
    pixel: str,
    rows: list[Fact],
    waits: list[Backlog],
    states: Sequence[Pixel],
    with_orders: Compared,
    now: datetime,
    using: str,
) -> Health:
    of_orders, of_pages = [f for f in rows if f.is_order], [f for f in rows if not f.is_order]
    sold, paired = orders(rows), overlap(of_orders)
    return Health(
        window=window,
        pixel=pixel,
        orders=sold,
        delivered=delivered(rows),
        order_overlap=paired,
        page_overlap=overlap(of_pages),
        match_keys=match_keys(rows),
        freshness=freshness(window, pixel=pixel, using=using),
        waiting=waiting(waits),
        parts=parts(rows, window),
        events=event_lines(rows, MAX_EVENT_NAMES),
        skipped=skipped(rows, window, pixel=pixel, using=using),
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
