"""Inside a ``TestCase`` nothing is ever committed, so what we do after a commit would not be done."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

OURS = ("capi_tracking.orders.", "capi_tracking.receivers", "capi_tracking.tracking.")


def catch_up() -> None:
    """Do what this app's own rooms put off until the commit. What the shop put off is the shop's to run."""
    for connection in connections.all(initialized_only=True):
        while work := _next(connection):
            work()


def _next(connection: BaseDatabaseWrapper) -> Callable[[], Any] | None:
    """Its place in Django's list stays taken: captureOnCommitCallbacks() counts from where the list stood."""
    entries: list[tuple[Any, Callable[[], Any], bool]] = connection.run_on_commit  # type: ignore[assignment]
    for place, (savepoints, work, is_robust) in enumerate(entries):
        if _is_ours(work):
            entries[place] = (savepoints, _nothing, is_robust)
            return work
    return None


def _is_ours(work: Any) -> bool:
    what = work.func if isinstance(work, partial) else work
    return str(getattr(what, "__module__", "")).startswith(OURS)


def _nothing() -> None:
    """It was done already."""
