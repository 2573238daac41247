"""The browser's beacon. It gets the same answer whatever happens, and nothing that it said."""

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .. import context, normalization, relay
from ..logs import log_failure
from ..visitors import hints

LIMITED = "capi_ldu"
A_DAY = timedelta(days=1)
NINETY_DAYS = timedelta(days=90)
COOKIES = {"_fbp": normalization.fbp, "_fbc": normalization.fbc}


@csrf_exempt  # a beacon carries no token; the relay asks for its origin
@require_POST
@transaction.non_atomic_requests
def collect(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    try:
        _permit(request, response)
        answer = relay.receive(request)
        if answer is not None:
            _renew_cookies(request, response, answer.domain)
            _tell_limits(request, response, answer.limited)
            if answer.is_off is not None:
                hints.heard(request, is_off=answer.is_off)
    except Exception as error:  # noqa: BLE001 - a beacon is nobody's error page
        log_failure(error)
    return response


def _permit(request: HttpRequest, response: HttpResponse) -> None:
    """A page of an origin that may hold a token learns that its beacon arrived, and nothing else, as we say nothing."""
    origin = relay.foreign_origin(request)
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Vary"] = "Origin"


def _tell_limits(request: HttpRequest, response: HttpResponse, codes: str) -> None:
    """For scripts to read. A visitor travels, so it lasts for a day."""
    if codes:
        response.set_cookie(LIMITED, codes, max_age=A_DAY, secure=request.is_secure(), samesite="Lax")


def _renew_cookies(request: HttpRequest, response: HttpResponse, domain: str | None) -> None:
    """Ninety days more for both cookies, unchanged. Some browsers let a script's cookie live for a week only."""
    if domain is None:
        return
    for name, rule in COOKIES.items():
        value = context.cookie(request, name)
        if value and rule(value) == value:
            response.set_cookie(
                name, value, max_age=NINETY_DAYS, domain=domain or None, secure=request.is_secure(), samesite="Lax"
            )
            response.cookies[name].set(name, value, value)  # Django would put quotes around some click ids
