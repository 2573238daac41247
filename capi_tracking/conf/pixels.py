"""One pixel of the setting ``PIXELS``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..exceptions import ImproperlyTracked
from ..keyed_hashes import keyed_hash
from .settings import conf

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class PixelSettings:
    """One entry of ``PIXELS``. Its secrets are in no ``repr``.

    ``share``: by event name, or "*" for all others, the customer fields that may leave; None lets all leave.
    """

    alias: str
    """The name by which others know it."""
    pixel_id: str
    """The pixel's or dataset's number."""
    access_token: str = field(default="", repr=False)
    """From Events Manager, or of a system user. From the environment, never in code."""
    app_secret: str = field(default="", repr=False)
    """Optional: each request then carries an `appsecret_proof`."""
    test_event_code: str = ""
    """Optional: events appear in Meta's Test Events. They count all the same, so take it out again."""
    sites: tuple[int, ...] = ()
    """Optional: primary keys of sites whose orders go to this pixel, by the adapter's `site`."""
    hosts: tuple[str, ...] = ()
    """Optional: hosts whose orders go to this pixel, `*` as in file names (`["*.shop.example"]`). An order that fits no
    pixel's `SITES` or `HOSTS` goes to `default`."""
    share: Mapping[str, Collection[str]] | None = None
    """Optional: by event name, or `"*"` for all others, the fields of the customer that may leave: [what
    leaves](minimisation.md)."""
    core_setup: bool = False
    """Optional: `True` sends no words and no custom parameters, and of addresses the host alone, for businesses that Meta
    restricts."""

    @property
    def fingerprint(self) -> str:
        """Tells whether the token has changed, without telling the token: 32 hex characters of a keyed hash."""
        return keyed_hash(f"{self.access_token}|{self.app_secret}|{self.pixel_id}", purpose="token")


def pixel(alias: str) -> PixelSettings:
    """The pixel of that alias. Raises :class:`ImproperlyTracked` naming those that exist."""
    try:
        entry: Mapping[str, Any] = conf.PIXELS[alias]
    except KeyError:
        raise ImproperlyTracked(f"There is no pixel {alias!r} in PIXELS, only: {', '.join(conf.PIXELS)}.") from None
    return PixelSettings(
        alias=alias,
        pixel_id=str(entry.get("PIXEL_ID", "")),
        access_token=str(entry.get("ACCESS_TOKEN", "")),
        app_secret=str(entry.get("APP_SECRET", "")),
        test_event_code=str(entry.get("TEST_EVENT_CODE", "")),
        sites=tuple(entry.get("SITES", ())),
        hosts=tuple(host.lower() for host in entry.get("HOSTS", ())),
        share=entry.get("SHARE"),
        core_setup=bool(entry.get("CORE_SETUP")),
    )


def is_loopback(url: str) -> bool:
    """True if the address is on this machine: a sandbox, not Meta."""
    return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS
