"""Who is not tracked, by neither side: robots, staff, and the addresses that the shop excludes."""

import re
from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from .. import context
from ..conf import conf
from ..context import Network

try:
    from crawlerdetect import CrawlerDetect
except ImportError:  # the extra is not installed
    CrawlerDetect = None

if TYPE_CHECKING:
    from django.http import HttpRequest

MAX_AGENT = 1000
# One pattern for Python and JavaScript: for these neither side fires. A phone is called Cubot.
BOTS = (
    "(?:^|[^u])bot\\b|bots?/|crawl|spider|slurp|lighthouse|facebookexternalhit|meta-external|preview|monitor|curl|wget|"
    "python-|scrapy|phantomjs"
)
BOT, STAFF, ADDRESS = "bot", "staff", "excluded_address"

_is_bot = re.compile(BOTS, re.IGNORECASE).search


def reason(request: "HttpRequest") -> str:
    """Why neither side may fire for this request: "bot", "staff", "excluded_address", or ""."""
    if is_bot(request):
        return BOT
    if is_excluded(request):
        return ADDRESS
    return STAFF if getattr(getattr(request, "user", None), "is_staff", False) else ""


def is_tracked(request: "HttpRequest") -> bool:
    """Whether anything may be told of this visitor, consent aside; a browser keeps what it was told in ``capi_off``."""
    return not (request.COOKIES.get("capi_off") == "1" or reason(request) or is_suspect(request))


def is_bot(request: "HttpRequest") -> bool:
    """A robot by the list that the browser has too. Who names no agent is one."""
    return bool(_is_bot(_agent(request) or "bot"))


def is_suspect(request: "HttpRequest") -> bool:
    """A robot by the longer list of the ``bots`` extra, which the browser has not: it must be told before it fires."""
    return CrawlerDetect is not None and bool(_detector().is_crawler(_agent(request)))


def is_excluded(request: "HttpRequest") -> bool:
    """Whether the visitor's address, a private one included, is in ``EXCLUDED_ADDRESSES``."""
    return bool(conf.EXCLUDED_ADDRESSES) and is_excluded_address(context.address(request))


def is_excluded_address(address: str) -> bool:
    """Whether the address is in ``EXCLUDED_ADDRESSES``."""
    excluded = conf.EXCLUDED_ADDRESSES
    return bool(excluded) and context.is_in(address, _networks(tuple(excluded)))


def _agent(request: "HttpRequest") -> str:
    return request.headers.get("user-agent", "")[:MAX_AGENT]


@lru_cache(maxsize=1)
def _detector() -> Any:
    return CrawlerDetect()


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)
