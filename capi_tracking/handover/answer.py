"""Which way the browser halves go: with the next page, or to the one that stays."""

from functools import partial

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import context
from ..logs import log_failure
from . import cookie, pending, trigger

FAILED = 500


def hand_over(request: HttpRequest, response: HttpResponseBase) -> None:
    """Put what is committed into the answer. One that failed tells nothing."""
    halves = pending.take(request)
    if not halves or response.status_code >= FAILED:
        return
    try:
        if not (trigger.stays(request, response) and trigger.write(response, halves)):
            cookie.write(request, response, halves)
    except Exception as error:  # noqa: BLE001 - the answer is the shop's, and goes out whatever becomes of our half
        log_failure(error)
    keep_from_caches(request, response)


def hand_over_after_commit(request: HttpRequest, response: HttpResponseBase) -> None:
    """The same from inside a view, whose transaction may still be open: then the answer gets it when that commits."""
    for using in pending.databases(request):
        transaction.on_commit(partial(hand_over, request, response), using=using, robust=True)


def keep_from_caches(request: HttpRequest, response: HttpResponseBase) -> None:
    """A page that speaks to one visitor is nobody else's."""
    context.keep_private(request)
    response.headers["Cache-Control"] = "private, no-store"
