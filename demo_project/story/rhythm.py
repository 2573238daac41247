"""When people come: quiet nights, full evenings, weekends, and the days when wages arrive."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

DAYS = 28
VISITS_A_DAY = 84
HOURS = (2, 1, 1, 1, 1, 2, 5, 9, 12, 13, 14, 15, 16, 15, 14, 15, 17, 20, 24, 28, 30, 26, 16, 7)
WEEKDAYS = (0.9, 0.85, 0.9, 0.95, 1.0, 1.2, 1.35)
PAYDAY = 1.25


def moments(rng: Random, end: datetime) -> Iterator[datetime]:
    """When a visit begins, in order: the ``DAYS`` days up to ``end``, by the clock of its time zone."""
    for day in days(end):
        for hour, weight in enumerate(HOURS):
            begin = datetime.combine(day, time(hour), tzinfo=end.tzinfo)
            yield from (at for at in within_hour(rng, begin, visits_in_hour(day, weight)) if at < end)


def days(end: datetime) -> list[date]:
    return [end.date() - timedelta(days=ago) for ago in reversed(range(DAYS))]


def visits_in_hour(day: date, weight: int) -> float:
    payday = PAYDAY if day.day >= 27 or day.day <= 2 else 1.0
    return VISITS_A_DAY * weight / sum(HOURS) * WEEKDAYS[day.weekday()] * payday


def within_hour(rng: Random, begin: datetime, mean: float) -> list[datetime]:
    """About ``mean`` moments of one hour."""
    return sorted(begin + timedelta(seconds=rng.uniform(0, 3600)) for _ in range(poisson(rng, mean)))


def poisson(rng: Random, mean: float) -> int:
    """How often something happens that happens ``mean`` times on the average."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def at(day: date, hour: int, minute: int, like: datetime) -> datetime:
    """That time of that day, in the time zone of ``like``."""
    return datetime.combine(day, time(hour, minute), tzinfo=like.tzinfo)
