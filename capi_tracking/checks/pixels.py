"""Whether each pixel could be sent to, and whether it would be while DEBUG is on."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage

from ..conf import pixel as pixel_settings
from ..exceptions import ImproperlyTracked
from ..transports import Transport
from . import catalogue
from .given import TYPES, given, is_on, is_sound, load, quoted, sound, sound_pixels


def check_pixels(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Each pixel and its transport, which knows what it needs. Nothing while tracking is switched off."""
    if not is_on():
        return []
    return [*_named(), *_of_pages(), *_deliverable()]


def _named() -> Iterator[CheckMessage]:
    if not is_sound("PIXELS"):
        return
    aliases = list(sound("PIXELS"))
    if not aliases:
        yield catalogue.pixels.NO_PIXEL()
    elif "default" not in aliases:
        yield catalogue.pixels.NO_DEFAULT_PIXEL(quoted=quoted(aliases[0]))


def _of_pages() -> Iterator[CheckMessage]:
    """The default is not the shop's to mend: whoever has no such pixel is told so already."""
    if "PAGE_PIXELS" not in given() or not (is_sound("PIXELS") and is_sound("PAGE_PIXELS")):
        return
    if not sound("PAGE_PIXELS"):
        yield catalogue.values.NO_PAGE_PIXEL()
    known, seen = sound("PIXELS"), set()
    for alias in sound("PAGE_PIXELS"):
        if alias not in known:
            yield catalogue.values.UNKNOWN_PAGE_PIXEL(alias=alias, known=", ".join(map(str, known)))
            continue
        pixel_id = str(known[alias].get("PIXEL_ID", "")) if isinstance(known[alias], dict) else ""
        if pixel_id and pixel_id in seen:
            yield catalogue.values.SAME_PAGE_PIXEL(alias=alias, quoted=quoted(alias))
        seen.add(pixel_id)


def _deliverable() -> Iterator[CheckMessage]:
    if not all(is_sound(name) for name in TYPES):
        return  # a transport reads the settings as they are
    make, error = load(sound("TRANSPORT"))
    if error:
        yield catalogue.pixels.TRANSPORT_MISSING(error=error)
        return
    for alias in sound_pixels():
        yield from _asked(make, alias)


def _asked(make: Any, alias: str) -> list[CheckMessage]:
    try:
        transport = make(pixel_settings(alias))
        return [*transport.check(), *_in_debug(transport)]
    except ImproperlyTracked as error:
        return [catalogue.pixels.TRANSPORT_FAILS(alias=alias, error=error)]
    except Exception as error:  # noqa: BLE001 (a transport may be the shop's; its text may hold the token)
        return [catalogue.pixels.TRANSPORT_FAILS(alias=alias, error=f"{type(error).__name__}.")]


def _in_debug(transport: Transport) -> Iterator[CheckMessage]:
    """Delivery's own rule: with DEBUG on, live sending needs a test code or an explicit setting."""
    if not (settings.DEBUG and transport.is_live and transport.pixel.access_token):
        return
    alias = transport.pixel.alias
    if transport.pixel.test_event_code:
        yield catalogue.pixels.SENDS_TESTS_IN_DEBUG(alias=alias, quoted=quoted(alias))
    elif sound("SEND_IN_DEBUG"):
        yield catalogue.pixels.SENDS_IN_DEBUG(alias=alias)
    else:
        yield catalogue.pixels.WAITS_IN_DEBUG(alias=alias, quoted=quoted(alias))
