"""System checks: what is wrong with the settings, and what to type instead."""

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string

from .conf import Settings, conf
from .conf import pixel as pixel_settings
from .exceptions import ImproperlyTracked

TYPES = get_type_hints(Settings)


def check_settings(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Names and types of ``settings.CAPI_TRACKING``."""
    given = getattr(settings, "CAPI_TRACKING", {})
    return [*_unknown(given), *_mistyped(given)]


def check_pixels(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Whether each pixel could be sent to; the transport knows what it needs."""
    if not conf.PIXELS:
        hint = 'CAPI_TRACKING = {"PIXELS": {"default": {"PIXEL_ID": "...", "ACCESS_TOKEN": "..."}}}'
        return [checks.Warning("There is no pixel in PIXELS: nothing is sent.", hint=hint, id="capi_tracking.W003")]
    try:
        transport = import_string(conf.TRANSPORT)
        return [message for alias in conf.PIXELS for message in transport(pixel_settings(alias)).check()]
    except (ImportError, ImproperlyTracked) as error:
        return [checks.Error(str(error), id="capi_tracking.E004")]


def _unknown(given: dict[str, Any]) -> Iterator[checks.CheckMessage]:
    for name in given.keys() - TYPES.keys():
        close = get_close_matches(name, TYPES, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(sorted(TYPES))}."
        yield checks.Warning(f"CAPI_TRACKING has an unknown key {name!r}.", hint=hint, id="capi_tracking.W001")


def _mistyped(given: dict[str, Any]) -> Iterator[checks.CheckMessage]:
    for name in sorted(given.keys() & TYPES.keys()):
        if not isinstance(given[name], _classes(TYPES[name])):
            message = f"CAPI_TRACKING[{name!r}] must be {_named(TYPES[name])}, not {type(given[name]).__name__}."
            yield checks.Error(message, id="capi_tracking.E002")


def _classes(hint: Any) -> tuple[type, ...]:
    """``int | list[str]`` as ``isinstance`` takes it."""
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(get_origin(option) or option for option in options)


def _named(hint: Any) -> str:
    return " or ".join("None" if kind is type(None) else kind.__name__ for kind in _classes(hint))
