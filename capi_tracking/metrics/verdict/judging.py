"""What needs a person, most money first; nothing does if the list is empty."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from ...conf import conf
from ...conf import pixel as pixel_settings
from ...models import Heartbeat, Pixel, Status
from ...transports.versions import NOTICE, end_of
from ..answers.metas import Metas
from ..answers.onesided import OneSided
from ..answers.reports import Reported
from ..answers.sales import Orders, Overlap
from ..answers.waiting import Backlog, waiting
from ..values import merged
from .beside import of_metas
from .blocking import Blocking
from .compared import Compared, has_drifted
from .problem import AT_RISK, Problem, Trouble
from .robots import Flood
from .shutout import ShutOut
from .volume import Volume

OVERDUE = timedelta(hours=1)
NEAR_DEADLINE = timedelta(days=1)
SILENCE = timedelta(minutes=10)
TEST_CODE_LASTS = timedelta(days=1)
LOST_PERCENT = 5
ENOUGH_ORDERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is judged. ``pixels``: each with ``worker_at`` and ``beat_at``, when those last showed themselves.

    ``by_day``: the orders of each of the window's days, if days are what it has. ``short``: how many events Meta took
    with an answer that does not say so.
    """

    pixels: Sequence[Any]
    backlogs: Sequence[Backlog]
    orders: Orders
    by_day: Sequence[Orders]
    overlap: Overlap
    one_sided: OneSided
    blocking: Blocking | None
    flood: Flood | None
    shut_out: ShutOut | None
    compared: Compared
    volumes: Sequence[Volume]
    reports: Sequence[Reported]
    short: int
    metas: Sequence[Metas] = ()


def problems(found: Evidence, now: datetime) -> tuple[Problem, ...]:
    lists = (
        _of_pixels(found, now),
        _of_silence(found, now),
        _of_orders(found),
        _of_comparison(found),
        _of_now(found),
        _of_sides(found),
        map(_of_volume, found.volumes),
        map(_of_page, found.reports),
        _of_settings(found, now),
        of_metas(found.metas, now),
    )
    return tuple(sorted((problem for each in lists for problem in each), key=_place))


def _place(problem: Problem) -> tuple[float, int, float, int]:
    """By the money that can still be saved, then by kind."""
    # sums in different currencies cannot be compared; the largest is a fair guess
    worth = float(max((abs(money.amount) for money in problem.money), default=0))
    at_risk = worth if problem.kind in AT_RISK else 0
    return -at_risk, list(Trouble).index(problem.kind), -worth, -problem.count


def _of_pixels(found: Evidence, now: datetime) -> Iterator[Problem]:
    known = {pixel.alias: pixel for pixel in found.pixels}
    is_silent = _is_silent(_alive_at(found.pixels, Heartbeat.Name.WORKER), now)
    for alias in sorted(known.keys() | {each.pixel for each in found.backlogs}):
        pixel = known.get(alias) or Pixel(alias=alias)
        mine = [each for each in found.backlogs if each.pixel == alias]
        if alias not in conf.PIXELS:
            yield from [_problem(Trouble.GONE, pixel, mine)] if mine else []
        elif pixel.state == Pixel.State.PAUSED:
            yield _problem(Trouble.PAUSED, pixel, mine, reason=pixel.paused_reason, since=pixel.paused_at)
        else:
            yield from _of_open_pixel(pixel, mine, now, is_silent=is_silent)


def _of_open_pixel(pixel: Pixel, backlogs: list[Backlog], now: datetime, *, is_silent: bool) -> Iterator[Problem]:
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
    elif late and not is_silent:
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
    return Problem(
        kind=kind,
        pixel=pixel.alias,
        pixel_pk=pixel.pk,
        reason=reason,
        since=since,
        until=until or rows.first_deadline_at,
        count=rows.count,
        money=rows.money,
    )


def _of_silence(found: Evidence, now: datetime) -> Iterator[Problem]:
    """Who never showed itself is not missed here: the set-up's checklist tells."""
    worker_at = _alive_at(found.pixels, Heartbeat.Name.WORKER)
    beat_at = _alive_at(found.pixels, Heartbeat.Name.BEAT)
    if _is_silent(worker_at, now):
        rows = waiting(each for each in found.backlogs if each.status != Status.HELD)
        told: dict[str, Any] = {"count": rows.count, "money": rows.money, "until": rows.first_deadline_at}
        yield Problem(kind=Trouble.SILENT, subject=Heartbeat.Name.WORKER, since=worker_at, **told)
    elif _is_silent(beat_at, now) and conf.NUDGE == "celery":
        yield Problem(kind=Trouble.SILENT, subject=Heartbeat.Name.BEAT, since=beat_at)


def _alive_at(pixels: Iterable[Any], name: str) -> datetime | None:
    found: datetime | None = next((getattr(pixel, f"{name}_at", None) for pixel in pixels), None)
    return found


def _is_silent(alive_at: datetime | None, now: datetime) -> bool:
    return alive_at is not None and alive_at <= now - SILENCE


def _of_orders(found: Evidence) -> Iterator[Problem]:
    orders = found.orders
    if any(map(_are_lost, [orders, *found.by_day])):
        yield Problem(kind=Trouble.LOST, count=orders.lost, percent=orders.lost_share.percent, money=orders.money_lost)
    if found.overlap.level == "bad":
        share = found.overlap.share
        yield Problem(kind=Trouble.OVERLAP, percent=share.percent, count=share.whole)


def _are_lost(orders: Orders) -> bool:
    return orders.settled >= ENOUGH_ORDERS and orders.lost * 100 > LOST_PERCENT * orders.settled


def _of_comparison(found: Evidence) -> Iterator[Problem]:
    orders, compared = found.orders, found.compared
    if orders.unrecorded:
        yield Problem(kind=Trouble.UNRECORDED, count=orders.unrecorded, money=orders.money_unrecorded)
    if compared.unreadable:
        yield Problem(kind=Trouble.UNREADABLE, count=compared.unreadable)
    if has_drifted(compared, orders):
        yield Problem(kind=Trouble.DRIFT, count=compared.drifted, money=compared.drift)


def _of_now(found: Evidence) -> Iterator[Problem]:
    shut, flood = found.shut_out, found.flood
    if shut:
        yield Problem(kind=Trouble.SHUT_OUT, since=shut.since, count=shut.share.part, percent=shut.share.percent)
    if flood:
        yield Problem(kind=Trouble.ROBOTS, since=flood.since, count=flood.count, percent=flood.share.percent)


def _of_sides(found: Evidence) -> Iterator[Problem]:
    sides, blocking = found.one_sided, found.blocking
    if blocking:
        yield Problem(
            kind=Trouble.BLOCKED,
            since=blocking.since,
            count=blocking.share.part,
            percent=blocking.share.percent,
            before=blocking.before.percent or 0,
            money=blocking.money,
        )
    if sides.reused:
        yield Problem(kind=Trouble.REUSED, count=sides.reused)
    late = sides.late.count + found.orders.browser_only
    if late:
        yield Problem(kind=Trouble.LATE, count=late, money=merged(sides.late.money, found.orders.money_browser_only))
    if found.short:
        yield Problem(kind=Trouble.SHORT, count=found.short)


def _of_volume(volume: Volume) -> Problem:
    return Problem(kind=Trouble.VOLUME, name=volume.event_name, count=volume.count, before=volume.before)


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


def _of_settings(found: Evidence, now: datetime) -> Iterator[Problem]:
    for pixel in found.pixels:
        since = pixel.test_code_since
        has_code = pixel.alias in conf.PIXELS and pixel_settings(pixel.alias).test_event_code
        if has_code and since and since <= now - TEST_CODE_LASTS:
            yield Problem(kind=Trouble.TEST_CODE, pixel=pixel.alias, pixel_pk=pixel.pk, since=since)
    if conf.PIXELS:
        yield from _of_version(conf.GRAPH_VERSION, timezone.localdate(now))


def _of_version(version: str, today: date) -> Iterator[Problem]:
    end = end_of(version)
    if end and end <= today + NOTICE:
        yield Problem(kind=Trouble.VERSION, subject=version, until=end, reason="over" if end < today else "")
