"""Times as other systems write them. One without a zone is refused: nobody could say when it was."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from ..exceptions import InvalidEvent
from ..models import deadline

LONGEST = 40  # characters of a time
AHEAD = timedelta(days=1)  # clocks run ahead by minutes; what is further off is another unit, or another year
LATEST_SECONDS = 2**33
EARLIEST, LATEST = 1971, 9998  # no zone takes them out of what databases hold


def moment(field: str, given: object) -> datetime:
    """An aware datetime. Raises ``InvalidEvent``."""
    found = given if isinstance(given, datetime) else _read(field, given)
    if found.utcoffset() is None:
        raise InvalidEvent(field, "has no time zone: end it with Z or +01:00, say")
    if not EARLIEST <= found.year <= LATEST:
        raise InvalidEvent(field, f"must be in the years {EARLIEST} to {LATEST}")
    return found


def happened(field: str, given: object) -> datetime:
    """The same, not in the future by more than a day."""
    found = moment(field, given)
    if found > timezone.now() + AHEAD:
        raise InvalidEvent(field, "lies in the future")
    return found


def check_age(at: datetime, action_source: str) -> None:
    """Raises ``InvalidEvent`` for what Meta would not take any more."""
    latest = deadline(at, action_source)
    if latest <= timezone.now():
        raise InvalidEvent("event_time", f"is more than {(latest - at).days + 1} days ago: Meta takes it no more")


def _read(field: str, given: object) -> datetime:
    if type(given) is int or (isinstance(given, float) and given.is_integer()):
        return _of_seconds(field, int(given))
    if not isinstance(given, str) or len(given) > LONGEST:
        raise InvalidEvent(field, "must be ISO 8601 text or whole seconds since 1970")
    try:
        found = parse_datetime(given.strip())
    except ValueError:
        found = None
    if found is None:
        raise InvalidEvent(field, "is no time in ISO 8601, as 2026-01-31T18:05:00+01:00 is")
    return found


def _of_seconds(field: str, seconds: int) -> datetime:
    if not 0 < seconds < LATEST_SECONDS:
        raise InvalidEvent(field, "must be whole seconds since 1970, not milliseconds")
    return datetime.fromtimestamp(seconds, UTC)
