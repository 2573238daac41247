"""Keys that are none, and values of the wrong type."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage

from . import catalogue
from .given import PIXEL_TYPES, TYPES, example, fits, given, kind, quoted, sound, type_name

NAMELESS = '"..."'
PIXEL_EXAMPLES = {
    "SITES": "[1]",
    "HOSTS": '["shop.example"]',
    "SHARE": '{"*": ["email", "fbp", "fbc"]}',
    "CORE_SETUP": "True",
}
LIKENESS = 0.5  # so that TOKEN is told ACCESS_TOKEN


def check_names(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Names and types in ``CAPI_TRACKING`` and in each of its pixels."""
    whole = getattr(settings, "CAPI_TRACKING", {})
    if not isinstance(whole, dict):
        return [catalogue.given.NO_DICT(kind=kind(whole))]
    return [*_unknown(), *_mistyped(), *_pixels()]


def _unknown() -> Iterator[CheckMessage]:
    for key in _others(given(), TYPES):
        yield catalogue.given.UNKNOWN_KEY(key=key, instead=_instead(key, TYPES))


def _mistyped() -> Iterator[CheckMessage]:
    for key in sorted(given().keys() & TYPES.keys()):
        value = given()[key]
        if not fits(value, TYPES[key]):
            wanted = type_name(TYPES[key])
            yield catalogue.given.MISTYPED(key=key, wanted=wanted, kind=kind(value), example=example(key))


def _pixels() -> Iterator[CheckMessage]:
    for alias, entry in sound("PIXELS").items():
        if isinstance(entry, dict):
            yield from _pixel(alias, entry)
        else:
            yield catalogue.given.NO_ENTRY(alias=alias, quoted=quoted(alias), kind=kind(entry))


def _pixel(alias: Any, entry: dict[Any, Any]) -> Iterator[CheckMessage]:
    for key in _others(entry, PIXEL_TYPES):
        yield catalogue.given.UNKNOWN_PIXEL_KEY(alias=alias, key=key, instead=_instead(key, PIXEL_TYPES))
    for key in sorted(entry.keys() & PIXEL_TYPES.keys()):
        if not fits(entry[key], PIXEL_TYPES[key]):
            yield catalogue.given.MISTYPED_PIXEL_KEY(
                alias=alias,
                quoted=quoted(alias),
                key=key,
                wanted=type_name(PIXEL_TYPES[key]),
                kind=kind(entry[key]),
                example=f'"{key}": {PIXEL_EXAMPLES.get(key, NAMELESS)}',
            )


def _others(found: dict[Any, Any], known: dict[str, Any]) -> list[Any]:
    return sorted(found.keys() - known.keys(), key=repr)


def _instead(key: Any, known: Iterable[str]) -> str:
    close = get_close_matches(str(key).upper(), known, n=1, cutoff=LIKENESS)
    return f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(sorted(known))}."
