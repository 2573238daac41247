"""The dashboard's questions, answered together: one value per page, in at most twelve queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from ...conf import conf
from ..answers.campaigns import Campaign, campaigns
from ..answers.change import Changes, changes
from ..answers.consents import ConsentPart, Consents, consent_parts, consents
from ..answers.freshness import Freshness, freshness
from ..answers.funnel import Step, funnel, steps
from ..answers.heat import Coverage, heat
from ..answers.marks import Mark, by_part
from ..answers.metas import Metas
from ..answers.onesided import OneSided, one_sided
from ..answers.outcomes import Outcome, outcomes
from ..answers.pixels import PixelLine, pixel_line
from ..answers.refusals import Failure, Skipped, skipped
from ..answers.sales import (
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
from ..answers.setup import Setup, setup
from ..answers.waiting import Waiting, waiting
from ..counting.facts import RIPE_AFTER, by_event
from ..counting.scan import Asked
from ..rollup.reading import read
from ..verdict.compared import Compared
from ..verdict.judging import problems
from ..verdict.problem import Problem
from ..window import Window
from .basis import Basis, basis, evidence, told_apart

MAX_EVENT_NAMES = 30


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
    return _answered(basis(window, asked, event, found, now))


def _answered(on: Basis) -> Health:
    window, event, aside, shown = on.window, on.event, on.aside, on.shown.facts
    return Health(
        window=window,
        pixel=on.asked.pixel,
        event=event,
        event_names=tuple(sorted(by_event(on.whole.facts))),
        with_tests=on.asked.with_tests,
        orders=orders(shown, event=event) if event else on.sold,
        delivered=delivered(shown),
        order_overlap=overlap(fact for fact in shown if fact.is_order),
        page_overlap=overlap(fact for fact in shown if not fact.is_order),
        match_keys=match_keys(shown),
        freshness=freshness(shown),
        waiting=waiting(each for each in on.waits if event in ("", each.event_name)),
        parts=parts(shown, window),
        order_parts=parts([fact for fact in shown if fact.is_order], window),
        events=event_lines(shown, MAX_EVENT_NAMES),
        skipped=skipped(shown, aside.skips),
        failures=aside.failures,
        pixels=tuple(map(pixel_line, on.states)),
        problems=problems(evidence(on), on.now),
        compared=on.compared,
        changes=_changes(on),
        outcomes=outcomes(shown, window),
        funnel=funnel(on.found.now, steps()),
        campaigns=campaigns(on.shown),
        heat=heat(on.shown, MAX_EVENT_NAMES),
        consents=consents(shown),
        consent_parts=consent_parts(shown, window),
        one_sided=one_sided(on.shown),
        metas=on.metas,
        setup=None if on.whole.facts or on.waits else setup(on.asked.using),
        marks=aside.marks,
    )


def _changes(on: Basis) -> Changes:
    over, before = (told_apart(part.of_event(on.event).facts)[0] for part in (on.found.over, on.found.before))
    return changes(over, before, event=on.event)
