"""How far another machine's clock is from ours, by what it told."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SECOND = timedelta(seconds=1)  # an HTTP date tells no parts of it


def apart(at: datetime, before: datetime, after: datetime) -> timedelta:
    """How far ``at`` lies outside of the time in which it was told, ahead or behind: a slow answer is no wrong clock."""
    return at - after if at > after else min(at - before, timedelta(0))


def ahead_by(header: str | None, before: datetime) -> timedelta | None:
    """The same of a ``Date`` header that came just now; None if it tells no time. ``before``: when we asked, in UTC."""
    try:
        at = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    return apart(at.replace(tzinfo=at.tzinfo or UTC), before - SECOND, datetime.now(UTC))
