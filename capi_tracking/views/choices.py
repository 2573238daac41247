"""``choices/``: what a visitor answered, and another answer. Needs no script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from .. import consent as consents
from ..conf import conf
from ..consent import GPC, ConsentState
from . import decision
from .frame import framed, kept_private


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def choices(request: HttpRequest) -> HttpResponseBase:
    """The page; an answer comes back to it, so that a reload answers nothing anew."""
    return _answered(request) if request.method == "POST" else _page(request)


def _answered(request: HttpRequest) -> HttpResponseBase:
    state = request.POST.get("state", "")
    if state not in decision.answers(request):
        return kept_private(request, HttpResponse(status=400))
    response = HttpResponseRedirect(request.path)
    if state == ConsentState.DENIED:
        decision.refuse(request, response)
    else:
        consents.write(request, response, state)
    return kept_private(request, response)


def _page(request: HttpRequest) -> HttpResponse:
    consent = decision.decided(request)
    return framed(
        request,
        "capi_tracking/choices.html",
        consent=consent,
        by_gpc=consent.source == GPC,
        answers=decision.answers(request),
        days=conf.CONSENT_DAYS,
    )
