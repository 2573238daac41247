"""``pixel_private``: a page whose address is secret."""

from django.utils.safestring import SafeString, mark_safe

from .tag import Page

_METAS = mark_safe('<meta name="capi-private">\n<meta name="referrer" content="origin">')


def private(page: Page, /) -> SafeString:
    """No copy goes to Meta by the browser, which would send the address; our own server hears of the origin alone."""
    return _METAS
