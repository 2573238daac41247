"""Keys of the browser, and those of whomever: what of the installation, the settings and the consent keeps them away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..events import UserData
from ..events.user_data import HASHED
from ..minimisation.sharing import shared
from ..readiness import KEYS
from .advice import Kind, Remedy

MIDDLEWARE = "capi_tracking.middleware.TrackingMiddleware"
COOKIES = frozenset({"fbp", "fbc"})
_ALL: dict[str, Any] = {key: ("0" * 64,) if key in HASHED else "x" for key in KEYS}
_ANYBODY = UserData(**_ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """``has_pages``: whether any page told of itself. ``has_agents``: whether events know their browser, but not where."""

    is_of_orders: bool
    has_pages: bool
    has_agents: bool


def of_the_browser(key: str, around: Surroundings) -> Iterator[Remedy]:
    """Why events lack what only the request knows."""
    if MIDDLEWARE not in settings.MIDDLEWARE:
        text = _("TrackingMiddleware is not in MIDDLEWARE: no order learns which browser it came from.")
        yield Remedy(kind=Kind.PAGE, text=text, code=f'"{MIDDLEWARE}"')
    if key in COOKIES and not around.has_pages:
        text = _("No page has told of itself in this time: is the tag in the head of your pages?")
        yield Remedy(kind=Kind.PAGE, text=text, code="{% pixel_head %}")
    if key == "client_ip_address" and around.has_agents:
        text = _("The browser is known, its address is not public: say how many proxies stand before the shop.")
        yield Remedy(kind=Kind.SETTING, text=text, code='"TRUSTED_PROXIES": 1')
    if key == "fbc":
        yield Remedy(kind=Kind.NOTHING, text=_("Only who came by an ad has a click id: the others lack nothing."))
    elif around.is_of_orders:
        yield from _of_orders()
    elif key == "fbp":
        yield _of_pages()


def _of_orders() -> Iterator[Remedy]:
    text = _("Orders that are made without their buyer's request, as by a payment's webhook: keep it at the checkout.")
    yield Remedy(kind=Kind.PAGE, text=text, code="key = remember(request)")
    if conf.OPT_OUT_REGIONS:
        text = _("Orders of OPT_OUT_REGIONS go without the browser, since nobody there has agreed to it.")
        yield Remedy(kind=Kind.CONSENT, text=text)


def _of_pages() -> Remedy:
    text = _("Visitors whose browser blocks scripts or their cookies have none: nothing can be mended there.")
    return Remedy(kind=Kind.NOTHING, text=text)


def of_sharing(key: str, event_name: str, pixels: Iterable[str]) -> Iterator[Remedy]:
    """The shop does not want this pixel to have it."""
    for alias in pixels:
        if key not in shared(_ANYBODY, pixel_settings(alias).share, event_name).keys:
            text = _("SHARE of the pixel “%(alias)s” keeps it back, as you wish.")
            yield Remedy(kind=Kind.CONSENT, text=text % {"alias": alias})
