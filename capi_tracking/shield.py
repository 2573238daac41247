"""The shield around everything of ours that the shop's own code sets off."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from traceback import extract_tb
from typing import Any, NoReturn

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
    that whole transaction away (InnoDB's deadlock does, and a lost connection), the error rises: hiding it would lose
    the shop's order.
    """
    outcome = Outcome()
    try:
        with _savepoint(using):
            yield outcome
    except Exception as error:
        connection = transaction.get_connection(using)
        if connection.in_atomic_block and connection.needs_rollback:
            raise
        outcome.error = error
        log_failure(error)


@contextmanager
def _savepoint(using: str) -> Iterator[None]:
    """A transaction or savepoint; where none can be begun, the first query inside fails as the beginning did."""
    connection = transaction.get_connection(using)
    with ExitStack() as stack:
        try:
            stack.enter_context(transaction.atomic(using=using))
        except Exception as error:
            if connection.in_atomic_block:
                transaction.set_rollback(True, using=using)  # it is the caller's transaction that can't go on
                raise
            stack.enter_context(connection.execute_wrapper(partial(_refuse, error)))
        yield


def _refuse(error: Exception, *args: Any) -> NoReturn:
    raise error


def log_failure(error: Exception) -> None:
    """Class and place, without the message: an adapter's error may quote the customer."""
    where = extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f"{where.filename}:{where.lineno}" if where else "?"
    logger.error("Tracking failed with %s at %s; the request goes on without it.", type(error).__name__, place)
