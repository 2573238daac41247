"""Limited Data Use: what Meta offers for buyers of some US states.

Source: Meta's data processing options page; codes as listed there in September 2026.
"""

from typing import Any

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
