"""The shield around everything of ours that the shop's own code sets off."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .logs import log_failure

_numbers = itertools.count()


@dataclass(slots=True)
class Outcome:
    """What went wrong inside a shield, if anything."""

    error: Exception | None = None


@contextmanager
def shielded(using: str, *, alone: bool = False) -> Iterator[Outcome]:
    """Log what goes wrong inside; the shop's own work goes on.

    The savepoint keeps a failed query of ours from poisoning the caller's transaction. If the database has thrown
    that whole transaction away (InnoDB's deadlock does, and a lost connection), the error rises: hiding it would lose
    the shop's order. ``alone``: inside is one statement, which outside of transactions needs none of its own.
    """
    outcome = Outcome()
    try:
        with nullcontext() if alone and _commits_itself(using) else _savepoint(using):
            yield outcome
    except Exception as error:
        connection = transaction.get_connection(using)
        if connection.in_atomic_block and connection.needs_rollback:
            raise
        outcome.error = error
        log_failure(error)


def _commits_itself(using: str) -> bool:
    connection = transaction.get_connection(using)
    return not connection.in_atomic_block and bool(connection.settings_dict["AUTOCOMMIT"])


@contextmanager
def _savepoint(using: str) -> Iterator[None]:
    connection = transaction.get_connection(using)
    late = _LateSavepoint(connection)
    if connection.in_atomic_block:
        with connection.execute_wrapper(late.before), late:
            yield
    else:
        with _transaction(connection):
            yield


@contextmanager
def _transaction(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Where none can be begun, the first query inside fails as the beginning did."""
    with ExitStack() as stack:
        try:
            stack.enter_context(transaction.atomic(using=connection.alias))
        except Exception as error:  # noqa: BLE001 - the shop's own work goes on without a database
            stack.enter_context(connection.execute_wrapper(partial(_refuse, error)))
        yield


class _LateSavepoint(transaction.Atomic):
    """A savepoint that is made before the first statement inside; most of a shop's saves bring none.

    Where one stands within another, each statement needs the inner one alone.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        super().__init__(using=connection.alias, savepoint=True, durable=False)
        self.connection = connection
        self.name = f"capi_{next(_numbers)}"
        self.is_made = self.is_covered = False
        self.outer: _LateSavepoint | None = None

    def before(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Wraps each statement inside."""
        if not self.is_made and not self.is_covered:
            self.is_made = True
            with self.connection.cursor() as cursor:
                cursor.execute(self.connection.ops.savepoint_create_sql(self.name))
        return execute(sql, *rest)

    def __enter__(self) -> None:
        self.outer = next(
            (each for each in self.connection.atomic_blocks[::-1] if isinstance(each, _LateSavepoint)), None
        )
        self._cover(covers=True)
        if self.connection.needs_rollback or not self.connection.features.uses_savepoints:
            self.is_made = True
            super().__enter__()
        else:
            self.connection.savepoint_ids.append(self.name)
            self.connection.atomic_blocks.append(self)

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        try:
            if self.is_made:
                super().__exit__(kind, error, traceback)
            else:
                self._leave(error)
        finally:
            self._cover(covers=False)
            if self.outer and self.connection.needs_rollback:
                self.outer.is_made = True  # it is not, so its rollback will fail as ours did, and the error rises

    def _cover(self, *, covers: bool) -> None:
        if self.outer:
            self.outer.is_covered = covers

    def _leave(self, error: Exception | None) -> None:
        self.connection.atomic_blocks.pop()
        self.connection.savepoint_ids.pop()
        if isinstance(error, Error) and not self.connection.is_usable():
            self.connection.needs_rollback = True  # it went before a statement of ours could find out
        elif error or self.connection.needs_rollback:
            self._forget()

    def _forget(self) -> None:
        """As a savepoint that is rolled back does: what should have run after the commit does not."""
        connection = self.connection
        connection.run_on_commit = [entry for entry in connection.run_on_commit if self.name not in entry[0]]
        connection.needs_rollback = False


def _refuse(error: Exception, *args: Any) -> NoReturn:
    raise error
