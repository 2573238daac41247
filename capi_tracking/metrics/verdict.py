"""What needs a person, worst first; nothing does if the list is empty."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import TextChoices

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..models import Pixel, Status
from .compared import Compared, has_drifted
from .reports import Reported
from .sales import Orders, Overlap
from .values import Money
from .waiting import Backlog, waiting

OVERDUE = timedelta(hours=1)
NEAR_DEADLINE = timedelta(days=1)
LOST_PERCENT = 5
ENOUGH_ORDERS = 20


class Trouble(TextChoices):
    """In the order in which they are told."""

    PAUSED = "paused"
    HELD = "held"
    DEADLINE = "deadline"
    UNRECORDED = "unrecorded"
    UNREADABLE = "unreadable"
    LOST = "lost"
    UNREACHED = "unreached"
    OVERDUE = "overdue"
    POLICY = "policy"
    OVERLAP = "overlap"
    FOREIGN = "foreign"
    DRIFT = "drift"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One line of what needs action. What does not apply to its kind is empty."""

    kind: Trouble
    pixel: str = ""
    pixel_pk: int | None = None
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None
    count: int = 0
    money: tuple[Money, ...] = ()
    percent: int | None = None
    subject: str = ""
    name: str = ""
    pages: tuple[str, ...] = ()


def problems(
    pixels: Sequence[Pixel],
    backlogs: Sequence[Backlog],
    orders: Orders,
    overlap: Overlap,
    compared: Compared,
    short: int,
    reports: Iterable[Reported],
    now: datetime,
) -> tuple[Problem, ...]:
    """``short``: how many events Meta took with an answer that does not say so."""
    of_orders = [*_of_orders(orders, overlap), *_of_comparison(orders, compared)]
    found = [*_of_pixels(pixels, backlogs, now), *of_orders, *map(_of_page, reports)]
    if short:
        found.append(Problem(kind=Trouble.SHORT, count=short))
    rank = list(Trouble).index
    return tuple(sorted(found, key=lambda problem: (rank(problem.kind), -_worth(problem), -problem.count)))


def _worth(problem: Problem) -> float:
    # sums in different currencies cannot be compared; the largest is a fair guess
    return float(max((money.amount for money in problem.money), default=0))


def _of_pixels(pixels: Sequence[Pixel], backlogs: Sequence[Backlog], now: datetime) -> Iterator[Problem]:
    known = {pixel.alias: pixel for pixel in pixels}
    for alias in sorted(known.keys() | {each.pixel for each in backlogs}):
        pixel = known.get(alias) or Pixel(alias=alias)
        mine = [each for each in backlogs if each.pixel == alias]
        yield from (_paused(pixel, mine),) if pixel.state == Pixel.State.PAUSED else _of_open_pixel(pixel, mine, now)


def _paused(pixel: Pixel, backlogs: list[Backlog]) -> Problem:
    return _problem(Trouble.PAUSED, pixel, backlogs, reason=pixel.paused_reason, since=pixel.paused_at)


def _of_open_pixel(pixel: Pixel, backlogs: list[Backlog], now: datetime) -> Iterator[Problem]:
    held = [each for each in backlogs if each.status == Status.HELD]
    going = [each for each in backlogs if each.status != Status.HELD]
    if held:
        yield _problem(Trouble.HELD, pixel, held)
    if pixel.wait_until and pixel.wait_until > now:
        yield _problem(Trouble.UNREACHED, pixel, going, reason=pixel.wait_reason, until=pixel.wait_until)
    near = [each for each in going if each.first_deadline_at <= now + NEAR_DEADLINE]
    late = [each for each in going if each.oldest_at <= now - OVERDUE]
    if near:
        yield _problem(Trouble.DEADLINE, pixel, near)
    elif late:
        yield _problem(Trouble.OVERDUE, pixel, late, since=min(each.oldest_at for each in late))


def _problem(
    kind: Trouble,
    pixel: Pixel,
    backlogs: Iterable[Backlog],
    *,
    reason: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Problem:
    rows = waiting(backlogs)
    until = until or rows.first_deadline_at
    return Problem(
        kind=kind,
        pixel=pixel.alias,
        pixel_pk=pixel.pk,
        reason=reason,
        since=since,
        until=until,
        count=rows.count,
        money=rows.money,
    )


def _of_orders(orders: Orders, overlap: Overlap) -> Iterator[Problem]:
    percent = orders.lost_share.percent
    if orders.settled >= ENOUGH_ORDERS and orders.lost * 100 > LOST_PERCENT * orders.settled:
        yield Problem(kind=Trouble.LOST, count=orders.lost, percent=percent, money=orders.money_lost)
    if overlap.level == "bad":
        yield Problem(kind=Trouble.OVERLAP, percent=overlap.share.percent, count=overlap.share.whole)


def _of_comparison(orders: Orders, compared: Compared) -> Iterator[Problem]:
    if orders.unrecorded:
        yield Problem(kind=Trouble.UNRECORDED, count=orders.unrecorded)
    if compared.unreadable:
        yield Problem(kind=Trouble.UNREADABLE, count=compared.unreadable)
    if has_drifted(compared, orders):
        yield Problem(kind=Trouble.DRIFT, count=compared.drifted, money=compared.drift)


def _of_page(report: Reported) -> Problem:
    """``pixel`` is the alias if the foreign script calls a pixel of ours, ``reason`` what becomes of its calls."""
    told: dict[str, Any] = {
        "subject": report.subject,
        "name": report.name,
        "pages": report.pages,
        "count": report.count,
    }
    if not report.is_foreign:
        return Problem(kind=Trouble.POLICY, **told)
    aliases = (alias for alias in conf.PIXELS if pixel_settings(alias).pixel_id == report.subject)
    return Problem(kind=Trouble.FOREIGN, pixel=next(aliases, ""), reason=conf.FOREIGN_PIXELS, **told)
