"""What a browser is told by two cookies that hold nothing of a person: fire no more, and somebody is logged in.

Cached pages are the same for everybody, so ``capi.js`` reads these. They are asked for while a request is served, and set
on its answer, which is then kept out of caches.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import consent as consents
from .. import context
from ..conf import conf
from ..logs import log_failure
from . import exclusions, people

Given = ParamSpec("Given")

OFF = "capi_off"
SIGNED_IN = "capi_in"


def _quietly(action: Callable[Given, None]) -> Callable[Given, None]:
    """A log-in, and every page, goes through here: whatever is wrong with a setting, the shop goes on."""

    @wraps(action)
    def act(*given: Given.args, **named: Given.kwargs) -> None:
        try:
            action(*given, **named)
        except Exception as error:  # noqa: BLE001 - networks are the shop's to write, users the shop's own models
            log_failure(error)

    return act


@_quietly
def logged_in(request: HttpRequest, user: Any) -> None:
    """The answer to a log-in: staff, children, and whom ``CONSENT`` refuses, fire nothing; all others can be matched."""
    is_off = bool(getattr(user, "is_staff", False)) or _is_off_for_anybody(request)
    _ask(request, {OFF: is_off, SIGNED_IN: not is_off})


@_quietly
def logged_out(request: HttpRequest) -> None:
    _ask(request, {OFF: exclusions.is_excluded(request), SIGNED_IN: False})


def heard(request: HttpRequest, *, is_off: bool) -> None:
    """The answer to a beacon, or to whoever asked for hashes: what is known now, whatever was known before."""
    user = getattr(request, "user", None)
    _ask(request, {OFF: is_off, SIGNED_IN: bool(user and user.is_authenticated and not is_off)})


@_quietly
def settle(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set or take away what this browser has wrong, and then keep the answer out of caches."""
    wanted = getattr(request, "_capi_hints", None)
    for name, holds in (_due(request) if wanted is None else wanted).items():
        if holds == (request.COOKIES.get(name) == "1"):
            continue
        context.keep_private(request)
        if holds:
            response.set_cookie(
                name, "1", max_age=_lifetime_seconds(request), secure=request.is_secure(), samesite="Lax"
            )
        else:
            response.delete_cookie(name, samesite="Lax")


def _ask(request: HttpRequest, hints: Mapping[str, bool]) -> None:
    request._capi_hints = hints  # type: ignore[attr-defined]


def _due(request: HttpRequest) -> dict[str, bool]:
    """An address can be told at once. A reason that is over must be, since such a browser sends no beacons."""
    if not conf.ENABLED:
        return {}
    if OFF in request.COOKIES:
        return {OFF: False} if _may_look(request) and not is_off(request) else {}
    return {OFF: True} if exclusions.is_excluded(request) else {}


def is_off(request: HttpRequest) -> bool:
    """Whether neither side may fire, for any reason that a browser can't know by itself."""
    return bool(exclusions.reason(request)) or exclusions.is_suspect(request) or _is_off_for_anybody(request)


def _is_off_for_anybody(request: HttpRequest) -> bool:
    return exclusions.is_excluded(request) or _is_withheld(request) or people.is_minor(request)


def _is_withheld(request: HttpRequest) -> bool:
    # not context.of(): a log-in by a test's client has a request without a host
    cookie, gpc = context.cookie(request, consents.COOKIE), request.headers.get("sec-gpc") == "1"
    return consents.is_withheld(cookie, gpc=gpc, request=request)


def _may_look(request: HttpRequest) -> bool:
    """Only where nobody can be logged in, or the page has asked who it is: else we would read the session, which makes a
    page one visitor's own, and ask the database, which an async chain forbids.
    """
    return settings.SESSION_COOKIE_NAME not in request.COOKIES or hasattr(request, "_cached_user")


def _lifetime_seconds(request: HttpRequest) -> int | None:
    """As long as the session; None: until the browser is closed."""
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return None if settings.SESSION_EXPIRE_AT_BROWSER_CLOSE else settings.SESSION_COOKIE_AGE
    return None if session.get_expire_at_browser_close() else session.get_expiry_age()
