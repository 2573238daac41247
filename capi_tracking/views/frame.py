"""Our pages inside the shop's own: its base template, or a plain page where that can't hold them."""

from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from .. import context
from ..conf import conf
from ..logs import log_failure

PLAIN = "capi_tracking/base.html"
MARK = 'class="capi-own"'  # a base without our block leaves it out
HEADERS = {
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",  # a frame around it could have a visitor press a button unseen
}

Response = TypeVar("Response", bound=HttpResponseBase)


def framed(request: HttpRequest, template: str, **known: Any) -> HttpResponse:
    """The page, drawn in ``BASE_TEMPLATE`` if that exists and has a block ``content``."""
    text = _in_the_shops(request, template, known) if conf.BASE_TEMPLATE else ""
    if MARK not in text:
        text = render_to_string(template, {**known, "base": PLAIN}, request)
    return kept_private(request, HttpResponse(text))


def kept_private(request: HttpRequest, response: Response) -> Response:
    """For one visitor alone: in no cache, in no frame."""
    context.keep_private(request)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _in_the_shops(request: HttpRequest, template: str, known: dict[str, Any]) -> str:
    try:
        return render_to_string(template, {**known, "base": conf.BASE_TEMPLATE}, request)
    except TemplateDoesNotExist:
        return ""
    except Exception as error:  # noqa: BLE001 - the shop's own base may want what this view does not give
        log_failure(error)
        return ""
