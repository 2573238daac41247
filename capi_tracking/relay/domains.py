"""On which domain a cookie is renewed: only on the one where ``capi.js`` wrote it."""

import re

from django.http import HttpRequest

from .bodies import Beacon

_is_domain = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]+(?:\.[a-z0-9-]+)+").fullmatch
_is_address = re.compile(r"[0-9.]+").fullmatch


def cookie_domain(request: HttpRequest, beacon: Beacon) -> str | None:
    """The domain that ``capi.js`` used, if it is one of this host's: "" is the host alone, None is no answer."""
    domain = beacon.domain
    if not domain:
        return domain
    host = request.get_host().rpartition(":")[0] or request.get_host()
    is_of_host = f".{host.lower()}".endswith(f".{domain}")
    return domain if _is_domain(domain) and not _is_address(domain) and is_of_host else None
