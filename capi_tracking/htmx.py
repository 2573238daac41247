"""For views whose answers ``TrackingMiddleware`` does not see: hand over what ``track_request`` told.

With the middleware nothing here is needed.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .handover import hand_over_after_commit

__all__ = ["hand_over"]


def hand_over(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Put the browser's halves of this request's events into the answer, and give the answer back.

    A page that stays gets them by ``HX-Trigger``, beside what that header says already; the page that follows a redirect
    by a cookie. While the view's transaction is open they wait for its commit.
    """
    hand_over_after_commit(getattr(request, "_request", request), response)
    return response
