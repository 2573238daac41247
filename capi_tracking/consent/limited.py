"""Limited Data Use: what Meta offers for people in some US states, and where a visitor is.

Source: Meta's data processing options page; codes as listed there in September 2026.
"""

import re
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

from ..conf import conf
from ..logs import log_failure

if TYPE_CHECKING:
    from django.http import HttpRequest

US = 1
STATES = {
    "ca": 1000,
    "co": 1001,
    "ct": 1002,
    "fl": 1003,
    "or": 1004,
    "tx": 1005,
    "mt": 1006,
    "de": 1007,
    "ne": 1008,
    "nh": 1009,
    "nj": 1010,
    "mn": 1011,
    "md": 1012,
    "ri": 1013,
}

is_region = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII).fullmatch


def options(country: str, state: str) -> dict[str, Any]:
    """The event's fields for a two-letter country and state; empty where Meta does not offer it."""
    code = STATES.get(state)
    if country != "us" or code is None:
        return {}
    return {
        "data_processing_options": ["LDU"],
        "data_processing_options_country": US,
        "data_processing_options_state": code,
    }


def options_for(request: "HttpRequest") -> dict[str, Any]:
    """The same for where this visitor is."""
    country, _, state = region_of(request).lower().partition("-")
    return options(country, state)


def code_for(request: "HttpRequest") -> str:
    """``1.1000``: Meta's country and state where it is on offer for this visitor, else ``0``."""
    found = options_for(request)
    return f"{US}.{found['data_processing_options_state']}" if found else "0"


def region_of(request: "HttpRequest") -> str:
    """ISO 3166-2 as ``REGION`` gives it (``US-CA``, or ``US`` alone), "" for unknown: then Meta offers nothing."""
    if not conf.REGION:
        return ""
    try:
        region = str(import_string(conf.REGION)(request)).upper()
    except Exception as error:  # noqa: BLE001 - the shop's own code may raise anything
        log_failure(error)
        return ""
    return region if is_region(region) else ""
