"""Which request this code runs for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

_current: ContextVar["HttpRequest | None"] = ContextVar("capi_tracking_request", default=None)


@contextmanager
def serving(request: "HttpRequest | None") -> Iterator[None]:
    """Everything inside runs for this visitor's request; with None for nobody's, whoever asked for it."""
    token = _current.set(request)
    try:
        yield
    finally:
        _current.reset(token)


def current_request() -> "HttpRequest | None":
    return _current.get()
