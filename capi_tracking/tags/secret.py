"""``pixel_private``: a page whose address is secret."""

from django.http import HttpRequest
from django.utils.safestring import SafeString

from .tag import Page, request_of

_METAS = SafeString('<meta name="capi-private">\n<meta name="referrer" content="origin">')


def private(page: Page, /) -> SafeString:
    """The browser tells Meta nothing, which would get the address with it; our own server hears the origin alone."""
    request = request_of(page)
    if request is not None:
        request.__dict__["_capi_is_secret"] = True
    return _METAS


def is_secret(request: HttpRequest) -> bool:
    """Whether the page has said so by now: the tag belongs into the head."""
    return bool(request.__dict__.get("_capi_is_secret"))
