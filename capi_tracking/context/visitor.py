"""What a request says of its visitor: cookies, address, agent, page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import normalization
from ..keyed_hashes import identity_key
from ..minimisation import clean_url
from .addresses import client_ip

if TYPE_CHECKING:
    from django.http import HttpRequest

MAX_AGENT = 1000
MAX_COOKIES = 200
MAX_TIME_DIGITS = 13


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
