"""Meta's own numbers, as they were last fetched. Null is what it did not tell, and a failure is no zero."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from ...models import Pixel, QualityFetch, QualitySnapshot
from .unasked import Unasked, unasked

GOAL = 75  # Meta's goal for event coverage, where it does not say
GOOD_SCORE = 6  # Meta's own target for the match quality
ENOUGH_TO_JUDGE = 30  # events of a day from servers
ENOUGH_TO_COVER = 10  # events of a day from browsers; the share is of seven days
TOLERANCE = Decimal("1.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What Meta told of one event. ``score`` of 10; ``coverage`` and ``goal`` in percent, over seven days.

    The counts are of [``counted_since``, ``counted_until``), before deduplication; ``doubtful_count`` copies of ours may
    have arrived besides.
    """

    event_name: str
    taken_at: datetime | None = None
    score: Decimal | None = None
    coverage: Decimal | None = None
    goal: Decimal | None = None
    freshness: str = ""
    counted_since: datetime | None = None
    counted_until: datetime | None = None
    browser_count: int | None = None
    server_count: int | None = None
    our_count: int | None = None
    doubtful_count: int | None = None

    @property
    def is_good(self) -> bool | None:
        """Whether the match quality reaches Meta's own target."""
        return None if self.score is None else self.score >= GOOD_SCORE

    @property
    def is_short(self) -> bool:
        """Whether fewer browser events than Meta's goal are covered by the server's, of enough to judge."""
        is_enough = self.browser_count is None or self.browser_count >= ENOUGH_TO_COVER
        return is_enough and self.coverage is not None and self.coverage < (self.goal or GOAL)

    @property
    def excess(self) -> int | None:
        """How many server events Meta counted that none of ours explains; None if too few, or if it can't be told."""
        if self.server_count is None or self.our_count is None or self.doubtful_count is None:
            return None
        return max(self.server_count - self.our_count - self.doubtful_count, 0)

    @property
    def has_other_sender(self) -> bool:
        """Whether Meta counted over a tenth more than we sent, of enough to judge."""
        if self.excess is None or self.server_count is None or self.server_count < ENOUGH_TO_JUDGE:
            return False
        return self.server_count > TOLERANCE * (self.server_count - self.excess)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metas:
    """Of one pixel. ``told_at``: when Meta last told anything; ``asked_at``: when it was last asked.

    ``problem``: why it told nothing, or not all, then; None if all is well. ``told``: the busiest event first.
    """

    pixel: str
    asked_at: datetime | None
    told_at: datetime | None
    told: tuple[Told, ...] = ()
    problem: Unasked | None = None

    def of(self, event: str) -> Told | None:
        """What Meta told of this event."""
        return next((line for line in self.told if line.event_name == event), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a pixel's ``asked`` says of one event. ``line`` is None where Meta told nothing of it."""

    asked: Metas
    line: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of one event; None is what was not told."""

    pk: int
    day: date
    score: Decimal | None
    coverage: Decimal | None
    browser_count: int | None
    server_count: int | None
    our_count: int | None


_ASKED = ("started_at", "problem", "asked_for", "code", "subcode", "trace_id")


def with_metas(pixels: "QuerySet[Pixel]") -> "QuerySet[Any]":
    """The pixels, each with what :func:`metas_of` reads of it: no query more."""
    asked = QualityFetch.objects.filter(pixel=OuterRef("alias")).order_by("-started_at", "-pk")
    last = {f"meta_{name}": Subquery(asked.values(name)[:1]) for name in _ASKED}
    told = asked.filter(events__gt=0)
    return pixels.annotate(
        **last, meta_told=Subquery(told.values("told")[:1]), meta_told_at=Subquery(told.values("started_at")[:1])
    )


def metas_of(pixels: Iterable[Any]) -> tuple[Metas, ...]:
    """Of each of these pixels, as :func:`with_metas` has read them."""
    return tuple(
        Metas(
            pixel=pixel.alias,
            asked_at=pixel.meta_started_at,
            told_at=pixel.meta_told_at,
            told=tuple(_told(line) for line in pixel.meta_told or ()),
            problem=unasked(
                pixel.meta_problem or "", pixel.meta_asked_for, pixel.meta_code, pixel.meta_subcode, pixel.meta_trace_id
            ),
        )
        for pixel in pixels
    )


def metas(*, using: str, pixel: str = "") -> tuple[Metas, ...]:
    """Of all pixels, or of one. One query."""
    pixels = Pixel.objects.using(using).order_by("alias")
    return metas_of(with_metas(pixels.filter(alias=pixel) if pixel else pixels))


def metas_beside(found: Iterable[Metas], event: str) -> tuple[Beside, ...]:
    """What stands beside our own score of that event: of each pixel that Meta was asked about."""
    return tuple(Beside(asked=each, line=each.of(event)) for each in found if each.asked_at)


def metas_by_day(pixel: str, event: str, *, using: str, days: int = 28) -> tuple[Day, ...]:
    """The history of one event, oldest day first; a day without an answer is not among them. One query."""
    names = tuple(Day.__dataclass_fields__)
    rows = QualitySnapshot.objects.using(using).since(timezone.localdate() - timedelta(days=days - 1))
    return tuple(Day(**row) for row in rows.filter(pixel=pixel, event_name=event).values(*names))


def _told(line: Mapping[str, Any]) -> Told:
    known = {name: value for name, value in line.items() if name in Told.__dataclass_fields__}
    times = {name: _time(known.get(name)) for name in ("taken_at", "counted_since", "counted_until")}
    shares = {name: _decimal(known.get(name)) for name in ("score", "coverage", "goal")}
    return Told(**{**known, **times, **shares})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
