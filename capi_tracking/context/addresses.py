"""Where a request comes from, past the proxies that are trusted."""

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import normalization
from ..conf import conf

if TYPE_CHECKING:
    from django.http import HttpRequest

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_FORWARDED = 1000
MAX_HOPS = 20


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
