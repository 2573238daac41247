"""``pixel_noscript``: the PageView of a visitor who has said yes and runs no scripts."""

from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .. import consent as consents
from .. import context as visits
from .. import islands
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent
from ..minimisation import origin_of
from ..visitors import exclusions
from . import secret
from .tag import Nothing, Page, pixels_of, request_of

META = "https://www.facebook.com/tr"
LIMITS = {"data_processing_options_country": "dpoco", "data_processing_options_state": "dpost"}
METAS_SCRIPTS = "connect.facebook.net"


def noscript(page: Page, /, *pixels: str, pixel: object = None) -> SafeString:
    """An image per pixel. What it says is one visitor's, so the page is sent ``private, no-store``."""
    request = request_of(page)
    if request is None:
        raise Nothing("without a request nobody can have said yes")
    visits.keep_private(request)
    seen = visits.of(request)
    consent = consents.decide(seen.consent_cookie, gpc=seen.gpc, request=request)
    if why := _refusal(request, consent):
        raise Nothing(why)
    limits = _limits(consents.processing(consent, request))
    found = ((_image(alias, seen.url, limits),) for alias in pixels_of(page, pixels or pixel))
    return format_html("<noscript>{}</noscript>", format_html_join("", "{}", found))


def _refusal(request: HttpRequest, consent: Consent) -> str:
    if not (conf.ENABLED and islands.script()):
        return "ENABLED, SHADOW or BROWSER keeps browsers from Meta"
    if secret.is_secret(request):
        return "the page's address is secret: it has {% pixel_private %}"
    if not exclusions.is_tracked(request):
        return "staff, robots and excluded addresses are not tracked"
    return "" if consents.may_tell(consent, request) else f"consent is {consent.state}"


def _limits(processing: dict[str, Any]) -> dict[str, Any]:
    """Limited Data Use as an image's address says it."""
    if not processing:
        return {}
    return {"dpo": "LDU"} | {short: processing[name] for name, short in LIMITS.items()}


def _image(alias: str, address: str, limits: dict[str, Any]) -> SafeString:
    """It names the page as it may be known; the browser's own referrer would name it whole."""
    pixel = pixel_settings(alias)
    address = origin_of(address) if pixel.core_setup else address
    said = {"id": pixel.pixel_id, "ev": "PageView", "dl": address, "noscript": "1", **limits}
    return format_html(
        '<img src="{}?{}" width="1" height="1" alt="" hidden referrerpolicy="no-referrer">', _place(), urlencode(said)
    )


def _place() -> str:
    """Beside the script: a sandbox's visitors are none of Meta's."""
    script = islands.script()
    return META if urlsplit(script).hostname == METAS_SCRIPTS else urljoin(script, "/tr")
