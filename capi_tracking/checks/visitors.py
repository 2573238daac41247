"""Whom browsers speak for, and what they may say: the settings of the relay."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from .. import islands
from ..exceptions import InvalidEvent
from ..relay import is_sale
from . import catalogue
from .given import given, load, sound

MODES = ("pixel", islands.RELAY_ONLY)
BRIDGES = ("tcf", "google")


def check_visitors(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``COLLECT_EVENTS``, ``ORIGINS``, ``EXCLUDED_ADDRESSES``, ``VISITOR``, ``BROWSER``, ``CONSENT_BRIDGES``, ``BASE_TEMPLATE``."""
    parts = (_names, _origins, _excluded, _visitor, _browser, _bridges, _base)
    return [message for part in parts for message in part()]


def _names() -> Iterator[CheckMessage]:
    for name in sound("COLLECT_EVENTS"):
        try:
            islands.check_name("Purchase" if is_sale(name) else name)
        except InvalidEvent as error:
            yield catalogue.values.COLLECTED_NAME(name=name[: islands.MAX_NAME], error=error)


def _origins() -> Iterator[CheckMessage]:
    for origin in sound("ORIGINS"):
        if not _is_origin(origin):
            yield catalogue.values.ORIGIN(origin=origin)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return False
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts.scheme in {"http", "https"} and text.isascii() and text == f"{parts.scheme}://{host}{port}"


def _excluded() -> Iterator[CheckMessage]:
    for network in sound("EXCLUDED_ADDRESSES"):
        try:
            ip_network(network)
        except ValueError as error:
            yield catalogue.values.EXCLUDED_NETWORK(error=error)


def _visitor() -> Iterator[CheckMessage]:
    path = sound("VISITOR")
    rule, error = load(path) if path else (None, "")
    if error:
        yield catalogue.values.VISITOR_MISSING(error=error)
    elif path and not callable(rule):
        yield catalogue.values.VISITOR_NO_CALLABLE()


def _browser() -> Iterator[CheckMessage]:
    if sound("BROWSER") not in MODES:
        yield catalogue.values.BROWSER_MODE(value=sound("BROWSER"))


def _bridges() -> Iterator[CheckMessage]:
    for name in sound("CONSENT_BRIDGES"):
        if name not in BRIDGES:
            yield catalogue.values.CONSENT_BRIDGE(name=name)


def _base() -> Iterator[CheckMessage]:
    """Only where the shop names one: many have none of the usual name."""
    name = sound("BASE_TEMPLATE") if "BASE_TEMPLATE" in given() else ""
    if name and not _is_template(name):
        yield catalogue.values.NO_BASE(name=name)


def _is_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    except Exception:  # noqa: BLE001 - a template that can't be read is there, and the shop's own pages tell what is wrong
        return True
    return True
