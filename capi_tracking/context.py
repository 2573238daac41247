"""What a request knows of its visitor: cookies, address, agent, page. And which request this code runs for."""

import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import normalization
from .conf import conf
from .keyed_hashes import identity_key
from .minimisation import clean_url

if TYPE_CHECKING:
    from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_AGENT = 1000
MAX_FORWARDED = 1000
MAX_HOPS = 20
MAX_COOKIES = 200
MAX_TIME_DIGITS = 13

_current: ContextVar["HttpRequest | None"] = ContextVar("capi_tracking_request", default=None)


@dataclass(frozen=True, slots=True, repr=False)
class RequestContext:
    """The visitor as Meta may see them; an empty string is what the request did not say.

    ``fbc``: of a malformed click cookie only a word, which ``UserData.of()`` leaves out and notes.
    """

    fbp: str = ""
    fbc: str = ""
    client_ip: str = ""
    user_agent: str = ""
    url: str = ""
    referrer: str = ""
    consent_cookie: str = ""
    gpc: bool = False

    @property
    def visitor_key(self) -> str | None:
        return identity_key("fbp", self.fbp)


def of(request: "HttpRequest") -> RequestContext:
    """What this request says. The page is the request's own; a beacon's page is its referrer."""
    return RequestContext(
        fbp=normalization.fbp(cookie(request, "_fbp")),
        fbc=normalization.told_fbc(cookie(request, "_fbc")),
        client_ip=client_ip(request),
        user_agent=normalization.user_agent(request.headers.get("user-agent", "")[:MAX_AGENT]),
        url=clean_url(request.build_absolute_uri()),
        referrer=clean_url(request.headers.get("referer", "")),
        consent_cookie=cookie(request, "capi_consent"),
        gpc=request.headers.get("sec-gpc") == "1",
    )


def cookie(request: "HttpRequest", name: str) -> str:
    """The cookie's value, "" for none. Of two with one name, host-only beside the domain's, the newer wins."""
    header = request.META.get("HTTP_COOKIE", "")
    if header.count(f"{name}=") < 2:
        return request.COOKIES.get(name, "")
    pairs = (pair.strip().partition("=") for pair in header.split(";")[:MAX_COOKIES])
    return max((value for key, _, value in pairs if key == name), key=_written_at, default="")


def _written_at(value: str) -> int:
    """All our cookies hold their time in the third segment."""
    segments = value.split(".", 3)
    return int(segments[2]) if len(segments) > 2 and _is_time(segments[2]) else 0


def _is_time(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MAX_TIME_DIGITS


@contextmanager
def serving(request: "HttpRequest | None") -> Iterator[None]:
    """Everything inside runs for this visitor's request; with None for nobody's, whoever asked for it."""
    token = _current.set(request)
    try:
        yield
    finally:
        _current.reset(token)


def current_request() -> "HttpRequest | None":
    return _current.get()


def keep_private(request: "HttpRequest") -> None:
    """The answer to this request holds what is one visitor's alone: it may stand in no cache, Django's own included."""
    request._capi_is_private = True  # type: ignore[attr-defined]
    request._cache_update_cache = False  # type: ignore[attr-defined]


def is_private(request: "HttpRequest") -> bool:
    return getattr(request, "_capi_is_private", False)


def client_ip(request: "HttpRequest") -> str:
    """The visitor's public address, or "". Forwarded addresses count only as far as ``TRUSTED_PROXIES`` vouches."""
    return normalization.client_ip(address(request))


def address(request: "HttpRequest") -> str:
    """Where the visitor is, a private address included; what it was written as if it is none. "" if all are proxies."""
    # cut from the left: that end is the visitor's to write
    forwarded = request.headers.get("x-forwarded-for", "")[-MAX_FORWARDED:].split(",")[-MAX_HOPS:]
    hops = [hop.strip() for hop in forwarded if hop.strip()]
    hops.append(request.META.get("REMOTE_ADDR", ""))
    return _first_untrusted(hops, conf.TRUSTED_PROXIES)


def _first_untrusted(hops: Sequence[str], trusted: int | list[str]) -> str:
    """Walk from our own end of the chain past the trusted proxies."""
    if isinstance(trusted, int):
        return hops[max(len(hops) - 1 - trusted, 0)]
    networks = [ipaddress.ip_network(network) for network in trusted]
    return next((hop for hop in reversed(hops) if not is_in(hop, networks)), "")


def is_in(hop: str, networks: Sequence[Network]) -> bool:
    """Whether the address, with a port or without, is in one of the networks."""
    text = normalization.address(hop)
    return bool(text) and any(ipaddress.ip_address(text) in network for network in networks)
