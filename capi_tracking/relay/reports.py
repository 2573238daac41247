"""What a page tells of others' pixels and of its own Content-Security-Policy: counted by day and page."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.conf import settings

from ..conf import conf
from ..models import PageReport
from ..models.pagereport import Report
from .bodies import Beacon, Said, text

MAX_COUNT = 50  # of one beacon: a page calls so often at most, and the dashboard sorts by what anybody may say
MAX_PAGE = 200

_is_pixel = re.compile(r"[0-9]{1,20}").fullmatch
_is_name = re.compile(r"[\w .:-]{1,50}", re.ASCII).fullmatch
# What can keep the pixel or capi.js from working.
_DIRECTIVES = {"child-src", "connect-src", "default-src", "form-action", "frame-src", "img-src"} | {
    "script-src",
    "script-src-attr",
    "script-src-elem",
}
_is_host = re.compile(r"[a-z0-9.:\[\]-]{1,100}").fullmatch
_is_metas = re.compile(r"(?:[a-z0-9-]+\.)*facebook\.(?:com|net)").fullmatch


def counts(beacon: Beacon, page: str, own_host: str) -> Counter[Report]:
    """What the beacon reports of that page."""
    found = Counter[Report]()
    for kind, said in _each(beacon):
        report = _foreign(said) if kind == PageReport.Kind.FOREIGN else _violation(said, own_host)
        if report:
            found[(kind, page[:MAX_PAGE], *report)] += _count(said.get("count", 1))
    return found


def _each(beacon: Beacon) -> Iterator[tuple[str, Said]]:
    kinds: Iterable[tuple[str, tuple[Said, ...]]] = (
        (PageReport.Kind.FOREIGN.value, beacon.foreign),
        (PageReport.Kind.VIOLATION.value, beacon.violations),
    )
    return ((kind, said) for kind, all_said in kinds for said in all_said)


def _foreign(said: Said) -> tuple[str, str] | None:
    pixel, name = text(said.get("pixel")), text(said.get("name"))
    return (pixel, name) if _is_pixel(pixel) and _is_name(name) else None


def _violation(said: Said, own_host: str) -> tuple[str, str] | None:
    """The dashboard asks to allow what is named here, so anybody's word counts only for hosts that we do need."""
    directive, host = text(said.get("directive")), text(said.get("host"))
    is_needed = _is_metas(host) or (_is_host(host) and host in _needed(own_host))
    return (directive, host) if directive in _DIRECTIVES and is_needed else None


def _needed(own_host: str) -> set[str]:
    addresses = (conf.PIXEL_SCRIPT_URL, settings.STATIC_URL or "")
    return {own_host.lower(), *(urlsplit(str(address)).netloc.lower() for address in addresses)}


def _count(said: object) -> int:
    return min(max(said, 1), MAX_COUNT) if type(said) is int else 1
