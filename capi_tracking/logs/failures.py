"""A failure of ours as a log line: its class and its place, never its message."""

import logging
from traceback import extract_tb

from .fields import fields

logger = logging.getLogger("capi_tracking")


def log_failure(error: Exception) -> None:
    """Class and place, without the message: an adapter's error may quote the customer."""
    where = extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{where.filename}:{where.lineno}" if where else "?"
    what = type(error).__name__
    logger.error(
        "Tracking failed with %s at %s; the request goes on without it.", what, place, extra=fields(error=what)
    )
