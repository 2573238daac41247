"""The period that a question is about: bounded, in the shop's time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT_WINDOW = "7d"
WINDOWS: Mapping[str, Promise] = MappingProxyType({"24h": _("24 hours"), "7d": _("7 days"), "28d": _("28 days")})
_DAYS = {"7d": 7, "28d": 28}
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Window:
    """A period cut into hours (24h) or days. ``edges`` are aware and rise; n parts have n + 1 edges."""

    name: str
    edges: tuple[datetime, ...]

    @property
    def start(self) -> datetime:
        return self.edges[0]

    @property
    def end(self) -> datetime:
        return self.edges[-1]

    @property
    def parts(self) -> tuple[datetime, ...]:
        """When each part begins."""
        return self.edges[:-1]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that the window touches."""
        return self.start.date(), (self.end - timedelta(microseconds=1)).date()

    @property
    def is_hourly(self) -> bool:
        return self.name not in _DAYS


def window(name: str = DEFAULT_WINDOW, now: datetime | None = None) -> Window:
    """The last 24 hours, 7 or 28 days up to now, today included. An unknown name is the default."""
    name = name if name in WINDOWS else DEFAULT_WINDOW
    local = timezone.localtime(now, timezone.get_default_timezone())
    return Window(name, _days(local, _DAYS[name]) if name in _DAYS else _hours(local))


def _hours(local: datetime) -> tuple[datetime, ...]:
    """Full hours by the clock; counted in UTC, where no hour is missing or told twice."""
    end = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
    return tuple((end - timedelta(hours=_HOURS - n)).astimezone(local.tzinfo) for n in range(_HOURS + 1))


def _days(local: datetime, count: int) -> tuple[datetime, ...]:
    """Midnights by the calendar: a day may have 23 or 25 hours."""
    tomorrow = local.date() + timedelta(days=1)
    days = (tomorrow - timedelta(days=count - n) for n in range(count + 1))
    return tuple(datetime.combine(day, time.min, tzinfo=local.tzinfo) for day in days)
