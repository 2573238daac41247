"""Who may speak: pages of ours, or of an origin that holds our token; and not ahead of a visit."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from ..conf import conf
from . import tokens

PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
SITES_OF_A_TOKEN = {None, "same-origin", "same-site", "cross-site"}


def is_welcome(request: HttpRequest) -> bool:
    """From a page of ours, or from an origin that may hold a token; of a browser, and not fetched ahead of a visit."""
    return _is_visit(request) and (is_own_page(request) or bool(foreign_origin(request)))


def is_asked_by_own_page(request: HttpRequest) -> bool:
    """A GET of a script of ours. It carries no Origin; an old browser without Sec-Fetch-Site names its page."""
    site, page = request.headers.get("sec-fetch-site"), request.headers.get("referer", "")
    return _is_visit(request) and (site == "same-origin" or (site is None and is_own(request, page)))


def _is_visit(request: HttpRequest) -> bool:
    purpose = "".join(request.headers.get(name, "") for name in PURPOSES)
    return "prefetch" not in purpose.lower() and bool(conf.ENABLED and request.headers.get("user-agent"))


def is_own_page(request: HttpRequest) -> bool:
    """Both headers are the browser's own: no script can write them. One of them at least must be there."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in {None, "same-origin"} or not (site or origin):
        return False
    return origin is None or is_own(request, origin)


def foreign_origin(request: HttpRequest) -> str:
    """The origin of ``ORIGINS`` whose page sends this, and which still has to show its token; "" for others."""
    origin = request.headers.get("origin", "")
    if not tokens.is_known(origin) or request.headers.get("sec-fetch-site") not in SITES_OF_A_TOKEN:
        return ""
    return "" if is_own_page(request) else origin


def is_own(request: HttpRequest, address: str) -> bool:
    """Whether the address is on the host that was asked."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.netloc.lower() == request.get_host().lower()
