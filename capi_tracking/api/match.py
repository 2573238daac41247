"""The hashes of the visitor who is logged in, for the pixel: nobody else's, in no cache, for no other site."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from .. import consent as consents
from .. import context, relay
from ..logs import log_failure
from ..visitors import hints, people

HEADERS = {"Cache-Control": "private, no-store", "Cross-Origin-Resource-Policy": "same-origin"}


@require_GET
def match(request: HttpRequest) -> HttpResponse:
    """``{"em": hash, "ph": hash, ...}``, exactly as the server's copies carry them; ``{}`` for all others."""
    context.keep_private(request)
    try:
        return JsonResponse(_hashes(request), headers=HEADERS)
    except Exception as error:  # noqa: BLE001 - a page waits for this, and fires without it
        log_failure(error)
        return JsonResponse({}, headers=HEADERS)


def _hashes(request: HttpRequest) -> dict[str, str]:
    if not relay.is_asked_by_own_page(request):
        return {}
    is_off = hints.is_off(request)
    hints.heard(request, is_off=is_off)
    seen = context.of(request)
    consent = consents.decide(seen.consent_cookie, gpc=seen.gpc, request=request)
    return people.hashes(request) if consents.may_tell(consent, request) and not is_off else {}
