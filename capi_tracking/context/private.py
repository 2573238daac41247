"""Which answers hold what is one visitor's alone."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


def keep_private(request: "HttpRequest") -> None:
    """The answer to this request holds what is one visitor's alone: it may stand in no cache, Django's own included."""
    request._capi_is_private = True  # type: ignore[attr-defined]
    request._cache_update_cache = False  # type: ignore[attr-defined]


def is_private(request: "HttpRequest") -> bool:
    return getattr(request, "_capi_is_private", False)
