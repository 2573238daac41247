"""The shield around everything of ours that the shop's own code sets off."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import extract_tb

from django.db import transaction

logger = logging.getLogger("capi_tracking")


@dataclass(slots=True)
class Outcome:
    """What went wrong inside a shield, if anything."""

    error: Exception | None = None


@contextmanager
def shielded(using: str) -> Iterator[Outcome]:
    """Log what goes wrong inside; the shop's own work goes on.

    The savepoint keeps a failed query of ours from poisoning the caller's transaction. If the database has thrown
    that whole transaction away (InnoDB's deadlock does), the error rises: hiding it would lose the shop's order.
    """
    outcome = Outcome()
    try:
        with transaction.atomic(using=using):
            yield outcome
    except Exception as error:
        connection = transaction.get_connection(using)
        if connection.in_atomic_block and connection.needs_rollback:
            raise
        outcome.error = error
        log_failure(error)


def log_failure(error: Exception) -> None:
    """Class and place, without the message: an adapter's error may quote the customer."""
    where = extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{where.filename}:{where.lineno}" if where else "?"
    logger.error("Tracking failed with %s at %s; the request goes on without it.", type(error).__name__, place)
