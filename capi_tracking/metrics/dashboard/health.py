"""The dashboard's questions, answered together: one value per page, in at most twelve queries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery
from django.utils import timezone

from ...conf import conf
from ...models import Heartbeat, Pixel, Reconciliation
from ..counting.facts import Fact, by_event
from ..counting.figures import Figures
from ..counting.reading import Read, read
from ..counting.scan import Asked
from ..pages.behind import RIPE_AFTER
from ..reasons import explain
from ..verdict.blocking import risen
from ..verdict.compared import Compared, compared
from ..verdict.judging import Evidence, problems
from ..verdict.problem import Problem
from ..verdict.volume import odd_volumes
from ..window import Window
from .asides import asides
from .campaigns import Campaign, campaigns
from .change import Changes, changes
from .consents import ConsentPart, Consents, consent_parts, consents
from .freshness import Freshness, freshness
from .funnel import Step, funnel, steps
from .heat import Coverage, heat
from .marks import Mark, by_part
from .metas import Metas, metas_of, with_metas
from .onesided import OneSided, one_sided
from .outcomes import Outcome, outcomes
from .refusals import Failure, Skipped, skipped
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
from .waiting import Waiting, backlog, waiting

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
    """How tracking is doing. ``healthy_since``: the last failed request of the window, if there was one.

    ``event``: the one that all but the problems, the failures, the pixels and the funnel is about, or "" for all;
    ``event_names``: those that there are to choose from. ``changes``: against the same weekdays before.
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
    order_parts: tuple[Part, ...]
    events: tuple[EventLine, ...]
    skipped: tuple[Skipped, ...]
    failures: tuple[Failure, ...]
    pixels: tuple[PixelLine, ...]
    problems: tuple[Problem, ...]
    compared: Compared
    changes: Changes
    outcomes: tuple[Outcome, ...]
    funnel: tuple[Step, ...]
    campaigns: tuple[Campaign, ...]
    heat: tuple[Coverage, ...]
    consents: Consents
    consent_parts: tuple[ConsentPart, ...]
    one_sided: OneSided
    metas: tuple[Metas, ...]
    setup: Setup | None
    marks: tuple[Mark, ...]

    @property
    def is_empty(self) -> bool:
        return self.setup is not None

    @property
    def marks_by_part(self) -> Mapping[datetime, tuple[Mark, ...]]:
        return by_part(self.window, self.marks)

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
    """Everything that the dashboard shows for the window; ``pixel`` is an alias, ``event`` a name, or "" for all.

    Test events are left out unless ``with_tests``.
    """
    now = now or timezone.now()
    asked = Asked(using=using or conf.OUTBOX_DATABASES[0], pixel=pixel, with_tests=with_tests)
    found = read(window, asked, ripe_before=now - RIPE_AFTER, now=now)
    return _assemble(window, asked, event, found, now)


def _assemble(window: Window, asked: Asked, event: str, found: Read, now: datetime) -> Health:
    pixel, using = asked.pixel, asked.using
    rows, beside = _told_apart(found.now.facts)
    aside = asides(window, pixel=pixel, event=event, using=using, now=now)
    waits, states = backlog(pixel=pixel, using=using), _states(pixel, using)
    with_orders = compared(beside, max((state.compared_at for state in states if state.compared_at), default=None))
    told, sold, whole = metas_of(states), orders(rows), Figures(rows, found.now.tallies)
    evidence = Evidence(
        pixels=states,
        backlogs=waits,
        orders=sold,
        by_day=() if window.is_hourly else [orders(day) for day in _by_slot(rows).values()],
        overlap=overlap(fact for fact in rows if fact.is_order),
        one_sided=one_sided(whole),
        flood=aside.flood,
        shut_out=aside.shut_out,
        blocking=risen(window, rows, found.before.facts),
        compared=with_orders,
        volumes=odd_volumes(window, found.over.facts, found.before.facts, window.over_by(now)),
        reports=aside.reported,
        short=sum(fact.short for fact in rows),
        metas=told,
    )
    figures = whole.of_event(event)
    shown = figures.facts
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
        freshness=freshness(shown),
        waiting=waiting(each for each in waits if event in ("", each.event_name)),
        parts=parts(shown, window),
        order_parts=parts([fact for fact in shown if fact.is_order], window),
        events=event_lines(shown, MAX_EVENT_NAMES),
        skipped=skipped(shown, aside.skips),
        failures=aside.failures,
        pixels=tuple(_pixel_line(state) for state in states),
        problems=problems(evidence, now),
        compared=with_orders,
        changes=changes(
            *(_told_apart(each.of_event(event).facts)[0] for each in (found.over, found.before)), event=event
        ),
        outcomes=outcomes(shown, window),
        funnel=funnel(found.now, steps()),
        campaigns=campaigns(figures),
        heat=heat(figures, MAX_EVENT_NAMES),
        consents=consents(shown),
        consent_parts=consent_parts(shown, window),
        one_sided=one_sided(figures),
        metas=told,
        setup=None if rows or waits else setup(using),
        marks=aside.marks,
    )


def _told_apart(facts: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    """The events, and what differs from the orders."""
    return [fact for fact in facts if not fact.is_beside], [fact for fact in facts if fact.is_beside]


def _by_slot(facts: list[Fact]) -> dict[int, list[Fact]]:
    slots: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        slots[fact.slot].append(fact)
    return slots


def _states(pixel: str, using: str) -> list[Any]:
    """Each with ``compared_at``, ``worker_at``, ``beat_at`` and Meta's own numbers."""
    # these are the shop's, not a pixel's: beside the pixels they take no query of their own
    runs = Reconciliation.objects.filter(finished_at__isnull=False).order_by("-pk").values("finished_at")
    signs = {f"{name}_at": Subquery(Heartbeat.objects.filter(name=name).values("beat_at")) for name in Heartbeat.Name}
    states = with_metas(Pixel.objects.using(using)).annotate(compared_at=Subquery(runs[:1]), **signs).order_by("alias")
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
