"""Meta's terms forbid data of children. Who is known to be one is told by neither side."""

from datetime import date, timedelta
from functools import lru_cache

from django.utils import timezone

from ..conf import conf
from ..events import UserData
from ..normalization import sha256

DAY = timedelta(days=1)


def is_minor(user_data: UserData) -> bool:
    """Whether a date of birth says so: under ``MINIMUM_AGE`` today, in the current time zone.

    It is a hash already, and may have come as one, so it is sought among those of all dates that are too late.
    """
    return bool(user_data.db) and any(
        born in _too_late(timezone.localdate(), conf.MINIMUM_AGE) for born in user_data.db
    )


@lru_cache(maxsize=4)
def _too_late(today: date, age: int) -> frozenset[str]:
    """Hashes of the dates on which who is under that age today was born: some 4,700 for 13 years, once a day."""
    latest = _birthday(today, age)
    days = (today - latest).days + 1  # tomorrow's too: it has begun somewhere
    return frozenset(sha256((latest + DAY * number).strftime("%Y%m%d")) for number in range(1, days + 1))


def _birthday(today: date, age: int) -> date:
    """When who turns that age today was born; the 29th of February has its birthday on the 1st of March."""
    try:
        return today.replace(year=today.year - age)
    except ValueError:
        return today.replace(year=today.year - age, day=28)
