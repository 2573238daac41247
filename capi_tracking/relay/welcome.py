"""Who may speak: pages of ours, or of an origin that holds our token; within a rate, and not ahead of a visit."""

from urllib.parse import urlsplit

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from .. import context, tokens
from ..conf import conf, keyed_hash
from ..shield import log_failure

MINUTE_SECONDS = 60
IPV6_NETWORK = 4  # groups of an address that name one household or office
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


def is_within_rate(request: HttpRequest) -> bool:
    """Counts beacons by address and minute."""
    return _is_within(network(request), "rate", conf.COLLECT_RATE)


def is_visitor_within_rate(fbp: str) -> bool:
    """Counts beacons by visitor and minute: many may share an address, and one may have many."""
    return not fbp or _is_within(fbp, "visitor_rate", conf.COLLECT_VISITOR_RATE)


def _is_within(who: str, purpose: str, limit: int) -> bool:
    """A cache that fails counts nothing: the events are worth more."""
    minute = int(timezone.now().timestamp()) // MINUTE_SECONDS
    key = f"capi_tracking.collect.{minute}.{keyed_hash(who, purpose=purpose)}"
    try:
        if cache.add(key, 1, timeout=2 * MINUTE_SECONDS):
            return limit >= 1
        return int(cache.incr(key)) <= limit
    except Exception as error:  # noqa: BLE001 - each cache backend has errors of its own
        log_failure(error)
        return True


def network(request: HttpRequest) -> str:
    """Whom a limit is for: an IPv4 address, or the network of an IPv6 one."""
    address: str = context.client_ip(request) or request.META.get("REMOTE_ADDR", "")
    return ":".join(address.split(":")[:IPV6_NETWORK])
