"""System checks: what is wrong with the settings, and what to type instead."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import ip_network
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string

from .conf import Settings, conf
from .conf import pixel as pixel_settings
from .exceptions import ImproperlyTracked

TYPES = get_type_hints(Settings)
_is_policy = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch


def check_settings(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Names, types and values of ``settings.CAPI_TRACKING``."""
    given = getattr(settings, "CAPI_TRACKING", {})
    mistyped = list(_mistyped(given))
    impossible = () if mistyped else (checks.Error(text, id="capi_tracking.E005") for text in _impossible())
    return [*_unknown(given), *mistyped, *impossible]


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


def _impossible() -> Iterator[str]:
    """Values of the right type that would fail at the first request or order."""
    if not settings.USE_TZ:
        yield "USE_TZ must be True: an event happens at one moment, wherever it is read."
    for alias in sorted(set(conf.OUTBOX_DATABASES) - set(settings.DATABASES)):
        yield f"CAPI_TRACKING['OUTBOX_DATABASES'] names {alias!r}, which is not in DATABASES."
    if not conf.OUTBOX_DATABASES:
        yield "CAPI_TRACKING['OUTBOX_DATABASES'] must name a database."
    if not _is_policy(conf.CONSENT_POLICY):
        yield "CAPI_TRACKING['CONSENT_POLICY'] must be 1 to 64 letters, digits, - or _: it is a part of a cookie."
    yield from _unreadable_proxies()
    yield from _missing_rule()


def _unreadable_proxies() -> Iterator[str]:
    for network in [] if isinstance(conf.TRUSTED_PROXIES, int) else conf.TRUSTED_PROXIES:
        try:
            ip_network(network)
        except ValueError as error:
            yield f"CAPI_TRACKING['TRUSTED_PROXIES']: {error}."


def _missing_rule() -> Iterator[str]:
    try:
        if conf.CONSENT and not callable(import_string(conf.CONSENT)):
            yield "CAPI_TRACKING['CONSENT'] names what can't be called."
    except ImportError as error:
        yield f"CAPI_TRACKING['CONSENT']: {error}."


def _classes(hint: Any) -> tuple[type, ...]:
    """``int | list[str]`` as ``isinstance`` takes it."""
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return tuple(get_origin(option) or option for option in options)


def _named(hint: Any) -> str:
    return " or ".join("None" if kind is type(None) else kind.__name__ for kind in _classes(hint))
