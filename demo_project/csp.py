"""A strict Content-Security-Policy for the whole demo (Django has its own from 6.0; this also serves 5.2)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def policy(origins: list[str]) -> str:
    """No inline script, no inline style; the pixel's origins where the real pixel needs them."""
    allowed = " ".join(["'self'", *origins])
    return "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            f"script-src {allowed}",
            f"img-src {allowed} data:",
            f"connect-src {allowed}",
            # A long event leaves as a form posted into an iframe: blocked, the Purchase would be lost in silence.
            f"frame-src {allowed}",
            f"form-action {allowed}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(getattr(settings, "CSP_PIXEL_ORIGINS", [])))
        return response
