"""A strict Content-Security-Policy for the whole demo (Django has its own from 6.0; this also serves 5.2)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from capi_tracking import csp

# No inline script, no inline style. What the pixel needs is added.
STRICT = {
    "default-src": ["'none'"],
    "style-src": [csp.SELF],
    "script-src": [csp.SELF],
    "img-src": [csp.SELF, "data:"],
    "connect-src": [csp.SELF],
    "frame-src": [csp.SELF],
    "form-action": [csp.SELF],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


def policy() -> str:
    return "; ".join(" ".join([name, *sources]) for name, sources in csp.extended(STRICT).items())


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response
