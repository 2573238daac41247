"""What a view calls."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from . import context, islands, tags
from .exceptions import ImproperlyTracked
from .handover import track_request
from .orders import append_value, remember
from .relay import tokens

__all__ = ["append_value", "pixel_config", "remember", "track_request"]


def pixel_config(origin: str, *, request: HttpRequest | None = None) -> dict[str, Any]:
    """What ``capi.js`` must know on the pages of a headless front end, with a token that is good there for an hour.

    ``origin`` is one of ``ORIGINS``. The addresses are absolute: those of the host that this ``request`` (else the one
    that the middleware is serving) asked. Let no cache keep it for longer than half an hour. Raises
    :class:`ImproperlyTracked`.
    """
    request = request or context.current_request()
    if request is None:
        raise ImproperlyTracked("pixel_config() needs a request: add TrackingMiddleware, or give it request=.")
    if not tokens.is_known(origin):
        raise ImproperlyTracked(f"{origin!r} is not in ORIGINS.")
    collect = request.build_absolute_uri(reverse("capi_tracking:collect"))
    # no cookie of ours reaches another origin, so nobody is known there
    return tags.config(islands.aliases()) | {"collect": collect, "match": "", "token": tokens.token(origin)}
