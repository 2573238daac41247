"""What a page loads: Meta's script, and which pixels it speaks for."""

from typing import Any

from ..conf import conf, pixel
from ..exceptions import InvalidEvent

SCRIPT_FOLLOWS = ("SHADOW", "BROWSER", "PIXEL_SCRIPT_URL")
RELAY_ONLY = "relay_only"  # of the setting BROWSER


def script() -> str:
    """The address of Meta's script; "" where a browser may say nothing to Meta."""
    return script_of(*conf.several(*SCRIPT_FOLLOWS))


def script_of(is_shadow: bool, browser: str, address: str) -> str:
    """What ``script()`` follows from, where that is known already."""
    return "" if is_shadow or browser == RELAY_ONLY else str(address)


def aliases(given: object = None) -> list[str]:
    """The pixels that ``pixel="a b"``, a list of aliases, or nothing (``PAGE_PIXELS``) means: those with a PIXEL_ID.

    None while ``ENABLED`` is False. Raises :class:`ImproperlyTracked` for an alias that does not exist, :class:`InvalidEvent` if no pixel is left.
    """
    is_enabled, of_pages, pixels = conf.several("ENABLED", "PAGE_PIXELS", "PIXELS")
    if not is_enabled:
        return []
    named: Any = given or of_pages
    wanted = dict.fromkeys(named.split() if isinstance(named, str) else map(str, named))
    found = [alias for alias in wanted if (pixels[alias].get("PIXEL_ID") if alias in pixels else pixel(alias))]
    if not found:
        raise InvalidEvent("pixel", f"{' '.join(wanted)!r} has no PIXEL_ID")
    return found
