"""A failure of ours as a log line: its class and its place, and what a developer has to mend."""

import logging
from traceback import extract_tb

from .fields import fields

logger = logging.getLogger("capi_tracking")


def log_failure(error: Exception) -> None:
    """Class and place, without the message: an adapter's error may quote the customer. Ours about a setting does not."""
    where = extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{where.filename}:{where.lineno}" if where else "?"
    what = type(error).__name__
    why = f" ({error})" if getattr(error, "names_no_customer", False) else ""
    logger.error(
        "Tracking failed with %s at %s%s; the request goes on without it.", what, place, why, extra=fields(error=what)
    )
