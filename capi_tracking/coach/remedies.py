"""One key that an event lacks: everything that may give it."""

from collections.abc import Collection, Iterable, Sequence

from ..conf import conf
from . import customers, surroundings
from .advice import Remedy
from .surroundings import Surroundings
from .tellers import Teller


def remedies(
    key: str,
    event_name: str,
    *,
    reasons: Collection[str],
    told_by: Sequence[Teller],
    around: Surroundings,
    pixels: Iterable[str],
) -> tuple[Remedy, ...]:
    """``reasons``: why what was given was refused. Whoever keeps the key back by a setting is told of that alone."""
    kept_back = tuple(surroundings.of_sharing(key, event_name, pixels))
    if kept_back:
        return kept_back
    found = list(customers.of_values(key, reasons))
    if customers.is_of_the_request(key):
        found += surroundings.of_the_browser(key, around)
    elif customers.is_of_the_customer(key):
        found += customers.of_orders(key, told_by) if told_by else customers.of_pages(key, event_name)
    return tuple(found)


def known(pixel: str) -> list[str]:
    """The pixels to ask for their settings: the one that is meant, if it still is in them, or all."""
    return [alias for alias in conf.PIXELS if pixel in {"", alias}]
