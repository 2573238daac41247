"""The period that a question is about: bounded, in the shop's time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT_WINDOW = "7d"
WINDOWS: Mapping[str, Promise] = MappingProxyType({"24h": _("24 hours"), "7d": _("7 days"), "28d": _("28 days")})
_DAYS = {"7d": 7, "28d": 28}
_HOURS = 24
_UNTIL = ".."
MOST_DAYS = 92  # of a period that is chosen by dates: a quarter
HOURLY_UP_TO_DAYS = 2
DAYS_OF_A_WEEK = 7
EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """A period cut into hours (24h, or two days at most) or days. ``edges`` are aware and rise; n parts have n + 1 edges."""

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
        return self.edges[1].timestamp() - self.edges[0].timestamp() <= timedelta(hours=1).total_seconds()

    def over_by(self, now: datetime) -> int:
        """How many of its parts have ended by then."""
        return sum(edge <= now for edge in self.edges[1:])

    def before(self) -> "Window":
        """As many parts some whole weeks earlier, the last of them before this window: the same weekdays and hours."""
        weeks = -(-(self.end.date() - self.start.date()).days // DAYS_OF_A_WEEK) or 1
        return Window(self.name, tuple(_earlier(edge, timedelta(weeks=weeks)) for edge in self.edges))


def window(name: str = DEFAULT_WINDOW, now: datetime | None = None) -> Window:
    """The last 24 hours, 7 or 28 days up to now, today included, or days by their dates. An unknown name is the default.

    Two dates are written ``2026-11-01..2026-11-20``, which is also the name that such a window has.
    """
    if dates := _dates(name):
        return between(*dates, now)
    name = name if name in WINDOWS else DEFAULT_WINDOW
    local = timezone.localtime(now, timezone.get_default_timezone())
    return last_days(_DAYS[name], now) if name in _DAYS else Window(name, _hours(local))


def last_days(count: int, now: datetime | None = None) -> Window:
    """So many days up to today, today included, however many they are."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    return Window(f"{count}d", _midnights(local.date(), count, local.tzinfo))


def is_window(name: str) -> bool:
    """Whether there is a window of that name."""
    return name in WINDOWS or _dates(name) is not None


def _dates(name: str) -> tuple[date, date] | None:
    first, _until, last = name.partition(_UNTIL)
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None


def between(first: date, last: date, now: datetime | None = None) -> Window:
    """From the first day to the last, both included, in whichever order they are given.

    Nothing after today, and of more than MOST_DAYS the last ones: ``Window.days`` says which days it became.
    """
    zone = timezone.get_default_timezone()
    today = timezone.localtime(now, zone).date()
    first, last = (min(max(day, EARLIEST), today) for day in sorted((first, last)))
    count = min((last - first).days + 1, MOST_DAYS)
    midnights = _midnights(last, count, zone)
    name = f"{midnights[0].date()}{_UNTIL}{last}"
    if count > HOURLY_UP_TO_DAYS:
        return Window(name, midnights)
    start, end = midnights[0].astimezone(UTC), midnights[-1].astimezone(UTC)
    hours = range((end - start) // timedelta(hours=1) + 1)
    return Window(name, tuple((start + timedelta(hours=n)).astimezone(zone) for n in hours))


def _earlier(edge: datetime, by: timedelta) -> datetime:
    """By the calendar and the clock, whatever summer time did in between."""
    return (edge.replace(tzinfo=None) - by).replace(tzinfo=edge.tzinfo, fold=edge.fold)


def _hours(local: datetime) -> tuple[datetime, ...]:
    """Full hours by the clock; counted in UTC, where no hour is missing or told twice."""
    end = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC) + timedelta(hours=1)
    return tuple((end - timedelta(hours=_HOURS - n)).astimezone(local.tzinfo) for n in range(_HOURS + 1))


def _midnights(last: date, count: int, zone: tzinfo | None) -> tuple[datetime, ...]:
    """By the calendar: a day may have 23 or 25 hours."""
    after = last + timedelta(days=1)
    days = (after - timedelta(days=count - n) for n in range(count + 1))
    return tuple(datetime.combine(day, time.min, tzinfo=zone) for day in days)
