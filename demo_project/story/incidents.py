"""The three bad days of the story, and a few small troubles that every month has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from capi_tracking.models import DeliveryAttempt, OutboxEvent
from demo_project.story import rhythm, visitors
from demo_project.story.journeys import Journey

Kind = DeliveryAttempt.Kind

FROZEN_DAYS_AGO = 18
WAVE_DAYS_AGO = 4
WAVE_BLOCKING = 0.36
FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Meta took nothing from ``begin`` to ``end``; ``tries``: how long after the first request it was asked again."""

    begin: datetime
    end: datetime
    tries: Sequence[timedelta]
    kind: str
    http_status: int | None = None
    code: int | None = None
    subcode: int | None = None
    message: str = ""


def dead_token(end: datetime) -> Outage:
    """Friday evening to Sunday night: over 47 hours, so that the first pairs are lost and all the rest is not."""
    friday = last_friday(end.date() - timedelta(days=9))
    begin = rhythm.at(friday, 17, 38, end)
    until = rhythm.at(friday + timedelta(days=2), 20, 26, end)
    asked_again = rhythm.at(friday + timedelta(days=1), 10, 41, end) - begin
    return Outage(
        begin=begin,
        end=until,
        tries=(timedelta(0), asked_again, until - begin - timedelta(minutes=19)),
        kind=Kind.DENIED,
        http_status=401,
        code=190,
        subcode=460,
        message="Error validating access token",
    )


def last_friday(day: date) -> date:
    return day - timedelta(days=(day.weekday() - FRIDAY) % 7)


def small_troubles(end: datetime, came: Sequence[datetime]) -> list[Outage]:
    """Meta was away for some minutes three weeks ago; five days ago it asked to slow down.

    Each begins with an event: in a quiet quarter of an hour nobody would notice. ``came``: when events did, in order.
    """
    away = first_since(came, rhythm.at(end.date() - timedelta(days=22), 17, 3, end))
    slower = first_since(came, rhythm.at(end.date() - timedelta(days=5), 20, 31, end))
    return [
        Outage(
            begin=away,
            end=away + timedelta(minutes=14),
            tries=[timedelta(seconds=second) for second in (0, 1, 2, 13, 40, 95, 200, 400)],
            kind=Kind.UNREACHABLE,
            http_status=503,
            message="HTTP 503",
        ),
        Outage(
            begin=slower,
            end=slower + timedelta(minutes=26),
            tries=[timedelta(0), timedelta(seconds=312), timedelta(seconds=940)],
            kind=Kind.THROTTLED,
            http_status=400,
            code=4,
            message="(#4) Application request limit reached",
        ),
    ]


def first_since(came: Sequence[datetime], moment: datetime) -> datetime:
    return next((at for at in came if at >= moment), moment)


def wave_begin(end: datetime) -> datetime:
    """A browser update came, and from now on it blocks the pixel."""
    return rhythm.at(end.date() - timedelta(days=WAVE_DAYS_AGO), 9, 0, end)


def blocking_at(moment: datetime, end: datetime) -> float:
    """The share of visitors whose browser blocks the pixel."""
    return WAVE_BLOCKING if moment >= wave_begin(end) else visitors.BLOCKING


def frozen_span(end: datetime) -> tuple[datetime, datetime]:
    """One working day, on which a cache kept the front page with the event id inside."""
    day = end.date() - timedelta(days=FROZEN_DAYS_AGO)
    return rhythm.at(day, 8, 30, end), rhythm.at(day, 22, 10, end)


def freeze(journeys: Sequence[Journey], end: datetime) -> list[Journey]:
    """Give all who landed on the front page that day the first one's id; returns these visits."""
    begin, until = frozen_span(end)
    frozen = [each for each in journeys if has_met_cache(each) and begin <= each.steps[0].at < until]
    for journey in frozen:
        journey.steps[0].event_id = frozen[0].steps[0].event_id
    return frozen


def has_met_cache(journey: Journey) -> bool:
    visitor = journey.visitor
    return visitor.has_granted and not visitor.is_silent and journey.came_by_front_page


def never_taken(sales: Sequence[OutboxEvent]) -> set[str]:
    """Keys of two sales that Meta refused for good: one in the first days, one this week."""
    return {sales[place].key for place in (len(sales) // 8, -max(len(sales) // 12, 1)) if sales}
