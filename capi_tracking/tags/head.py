"""``pixel_head``: what ``capi.js`` must know, and ``capi.js``."""

from typing import Any

from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import islands, relay
from ..conf import conf
from ..conf import pixel as pixel_settings
from . import markup
from .tag import Nothing, Page, request_of

SCRIPT = "capi_tracking/capi.js"
FILES = ("visitor", "track", "sale", "late", "foreign")  # what not every page needs


def head(page: Page, /, *pixels: str, pixel: object = None) -> SafeString:
    """The same bytes for every visitor. ``pixels`` are those whose PageView it sends."""
    if not conf.ENABLED:
        raise Nothing("ENABLED is False")
    nonce = nonce_of(page)
    return format_html(
        '{}\n<script src="{}"{}{}></script>',
        markup.script("config", config(islands.aliases(pixels or pixel)) | _files()),
        static(SCRIPT),
        "" if conf.FOREIGN_PIXELS == "adopt" else " defer",  # a snippet's calls are adopted only if we stand before it
        "" if nonce is None else format_html(' nonce="{}"', nonce),
    )


def _files() -> dict[str, dict[str, str]]:
    """Where the files are that ``capi.js`` asks for, if it can't find them beside itself."""
    if static(SCRIPT).endswith(f"/{SCRIPT}"):
        return {}
    return {"files": {name: static(f"capi_tracking/capi-{name}.js") for name in FILES}}


def config(page: list[str]) -> dict[str, Any]:
    """The contract with ``capi.js``: nothing in it belongs to a visitor. ``page``: whose PageView is sent."""
    pixels = {alias: pixel_settings(alias).pixel_id for alias in conf.PIXELS}
    return {
        "pixels": {alias: pixel_id for alias, pixel_id in pixels.items() if pixel_id},
        "page": page,
        "script": islands.script(),
        "collect": reverse("capi_tracking:collect"),
        "policy": conf.CONSENT_POLICY,
        "parameters": conf.URL_PARAMETERS,
        "bots": relay.BOTS,
        "foreign": conf.FOREIGN_PIXELS,
        "events": conf.COLLECT_EVENTS,
        "match": _match(),
    }


def _match() -> str:
    try:
        return reverse("capi_tracking:match")
    except NoReverseMatch:
        return ""


def nonce_of(page: Page) -> object:
    """Django's nonce, else django-csp's. Both are lazy, and false until they are read."""
    nonce = page.get("csp_nonce")
    return nonce if nonce is not None else getattr(request_of(page), "csp_nonce", None)
