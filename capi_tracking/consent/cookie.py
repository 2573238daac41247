"""The cookie that holds the visitor's answer: ``state.policy.seconds``, for example ``granted.1.1767225600``."""

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from ..conf import conf
from .values import Consent, ConsentState

COOKIE = "capi_consent"
COOKIE_PARTS = 3


def from_cookie(text: str) -> Consent:
    """The decision that the cookie holds; unknown if it is malformed, answers another policy or is too old.

    ``capi.js`` reads it by the same rule.
    """
    parts = text.split(".")
    if len(parts) != COOKIE_PARTS or parts[0] not in ConsentState.values or parts[1] != conf.CONSENT_POLICY:
        return Consent()
    at = _moment(parts[2])
    if at is None or timezone.now() - at >= timedelta(days=conf.CONSENT_DAYS):
        return Consent()
    return Consent(ConsentState(parts[0]), policy=parts[1], source="cookie", at=at)


def write(request: HttpRequest, response: HttpResponseBase, state: str) -> None:
    """Let the browser remember an answer that the server was given: as ``capi.js`` would, for this host."""
    lasts = timedelta(days=conf.CONSENT_DAYS)
    response.set_cookie(COOKIE, cookie_of(state), max_age=lasts, secure=request.is_secure(), samesite="Lax")


def cookie_of(state: str) -> str:
    """What the cookie holds of an answer that is given now. Raises ValueError for a state that is none of the four."""
    return f"{ConsentState(state)}.{conf.CONSENT_POLICY}.{int(timezone.now().timestamp())}"


def _moment(seconds: str) -> datetime | None:
    """A time of the past, or None; a client's clock may not write our proof into the future."""
    if not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > len("9999999999"):
        return None
    return min(datetime.fromtimestamp(int(seconds), UTC), timezone.now())
