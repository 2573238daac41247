"""``pixel_head``: what ``capi.js`` must know, and ``capi.js``."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString

from .. import context as visits
from .. import islands
from ..conf import conf
from ..visitors import exclusions
from . import addresses, markup
from .addresses import Files
from .tag import Page, pixels_of, request_of

ADOPT = "adopt"
_FOLLOWED = (
    "PIXELS",
    "URL_PARAMETERS",
    "COLLECT_EVENTS",
    "CONSENT_POLICY",
    "CONSENT_DAYS",
    "CONSENT_BRIDGES",
    "SENSITIVE_PAGES",
    "FOREIGN_PIXELS",
    *islands.SCRIPT_FOLLOWS,
)

Known = tuple[Any, ...]


def head(page: Page, /, *pixels: str, pixel: object = None) -> SafeString:
    """The same bytes for every visitor. ``pixels`` are those whose PageView it sends."""
    named = pixels_of(page, pixels or pixel)
    request = request_of(page)
    written = _written(_known(named, request), addresses.of_files())
    nonce = nonce_of(page, request)
    attribute = "" if nonce is None else f' nonce="{escape(nonce)}"'
    return SafeString(f"{written}{attribute}></script>")


def config(page: Sequence[str], request: HttpRequest | None = None) -> dict[str, Any]:
    """The contract with ``capi.js``: nothing in it belongs to a visitor. ``page``: whose PageView is sent."""
    return _config(_known(page, request or visits.current_request()))


def _known(page: Sequence[str], request: HttpRequest | None) -> Known:
    """All that the config follows from, read anew for every page."""
    pixels, parameters, events, policy, days, bridges, sensitive, foreign, *script = conf.several(*_FOLLOWED)
    ids = tuple([(alias, str(entry.get("PIXEL_ID", ""))) for alias, entry in pixels.items()])
    core = tuple([alias for alias, entry in pixels.items() if entry.get("CORE_SETUP")])
    lists = tuple(page), tuple(parameters), tuple(events), tuple(bridges), tuple(sensitive), core
    return ids, *lists, policy, days, foreign, islands.script_of(*script), addresses.of_views(request)


def _config(known: Known) -> dict[str, Any]:
    ids, page, parameters, events, bridges, sensitive, core, policy, days, foreign, script, (collect, match) = known
    said = {
        "pixels": {alias: pixel_id for alias, pixel_id in ids if pixel_id},
        "page": list(page),
        "script": script,
        "collect": collect,
        "policy": policy,
        "days": days,
        "parameters": _pattern(parameters),
        "bots": exclusions.BOTS,
        "foreign": foreign,
        "events": list(events),
        "match": match,
    }
    rare = {"bridges": list(bridges), "sensitive": _pattern(sensitive) if sensitive else "", "core": list(core)}
    return said | {name: value for name, value in rare.items() if value}


def _pattern(globs: Iterable[str]) -> str:
    """A regular expression of JavaScript's for texts that fit one of these, where * is any text."""
    fitting = "|".join(re.escape(glob).replace(r"\*", r"[\s\S]*") for glob in globs)
    return f"^(?:{fitting})$"


@lru_cache(maxsize=128)
def _written(known: Known, files: Files) -> str:
    """All but the nonce. Written once for the same settings and addresses: most pages of a shop have the same."""
    said, (address, others) = _config(known), files
    if others:
        said["files"] = dict(others)
    defer = "" if said["foreign"] == ADOPT else " defer"  # a snippet's calls are adopted only if we stand before it
    return f'{markup.script("config", said)}\n<script src="{escape(address)}"{defer}'


def nonce_of(page: Page, request: HttpRequest | None) -> object:
    """Django's nonce, else django-csp's. Both are lazy, and false until they are read."""
    nonce = page.get("csp_nonce")
    return nonce if nonce is not None else getattr(request, "csp_nonce", None)
