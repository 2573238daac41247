"""Tells the rest of the app which visitor's request it runs for, and sees to the answer: what a view told goes with it,
and what is one visitor's stays out of caches.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import escape_leading_slashes

from . import context, tags
from .handover import hand_over
from .visitors import hints

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class TrackingMiddleware:
    """Asks nothing of the database. Its cookies hold nothing of a person: what a view told (``capi_next``), and hints."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if self.is_async:
            return self._answer_later(request)
        with context.serving(request):
            response = cast("HttpResponseBase", self.get_response(request))
        return _guarded(request, response)

    async def _answer_later(self, request: HttpRequest) -> HttpResponseBase:
        with context.serving(request):
            response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        return _guarded(request, response)


def _guarded(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A page that speaks to one visitor is nobody else's."""
    hand_over(request, response)
    hints.settle(request, response)
    if tags.is_secret(request) and "hx-request" in request.headers and request.method in {"GET", "HEAD"}:
        # htmx takes the body alone, and what says that the address is secret stands in the head: a full load brings it.
        # What a form is answered, its errors for one, no load brings again.
        response.headers["HX-Redirect"] = escape_leading_slashes(request.get_full_path())
    if context.is_private(request):
        response.headers["Cache-Control"] = "private, no-store"
    return response
