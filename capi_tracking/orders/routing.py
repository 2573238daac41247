"""Which pixels get an order: those that its adapter names, else those of its site and host, else ``default``."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from ..conf import PixelSettings, conf, pixel
from . import checkout, identity
from .adapters.protocol import OrderAdapter

DEFAULT = "default"


def pixels_of(order: Any, adapter: OrderAdapter, *, using: str) -> list[str]:
    """Their aliases. Asks the checkout context, one query, only where some pixel has ``HOSTS``."""
    named = adapter.pixels(order)
    if named is not None:
        return [named] if isinstance(named, str) else list(named)
    routed = [pixel(alias) for alias, entry in conf.PIXELS.items() if entry.get("SITES") or entry.get("HOSTS")]
    return list(_fitting(routed, order, adapter, using)) or [DEFAULT]


def _fitting(routed: list[PixelSettings], order: Any, adapter: OrderAdapter, using: str) -> Iterator[str]:
    if not routed:
        return
    site = adapter.site(order)
    host = _host(order, adapter, using) if any(each.hosts for each in routed) else ""
    for each in routed:
        if (site is not None and site in each.sites) or is_of(host, each):
            yield each.alias


def is_of(host: str, settings: PixelSettings) -> bool:
    """Whether the pixel is that host's; ``*`` in ``HOSTS`` stands for any part of a name."""
    return bool(host) and any(fnmatchcase(host, pattern) for pattern in settings.hosts)


def _host(order: Any, adapter: OrderAdapter, using: str) -> str:
    """Where it was bought. The context goes before the request: a sale moves to no other pixel with a later visit."""
    if named := adapter.host(order):
        return _bare(f"//{named}")
    seen = checkout.recall(checkout.key_of(order, adapter), using=identity.outbox_of(using))
    if seen and seen.url:
        return _bare(seen.url)
    request = checkout.visitor_request()
    return _bare(f"//{request.get_host()}") if request else _bare(adapter.source_url(order))


def _bare(url: str) -> str:
    """The host alone, in lower case, without its port."""
    return urlsplit(url).hostname or ""
