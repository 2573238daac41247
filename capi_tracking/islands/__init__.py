"""Data islands: what a tag says about an event, signed, so that the relay can believe it without a look-up.

An island holds no event id and nothing of a person, so the page it stands in may be cached; it has no expiry.
"""

from .article import item, verify_item
from .event import island, several
from .names import ELSEWHERE, MAX_NAME, check_name, described
from .page import RELAY_ONLY, SCRIPT_FOLLOWS, aliases, script, script_of
from .parameters import MAX_CONTENTS, NOTHING_SAID, PARAMETERS, capped, check_parameters, merged
from .signing import encode, sign, verify

__all__ = [
    "ELSEWHERE",
    "MAX_CONTENTS",
    "MAX_NAME",
    "NOTHING_SAID",
    "PARAMETERS",
    "RELAY_ONLY",
    "SCRIPT_FOLLOWS",
    "aliases",
    "capped",
    "check_name",
    "check_parameters",
    "described",
    "encode",
    "island",
    "item",
    "merged",
    "script",
    "script_of",
    "several",
    "sign",
    "verify",
    "verify_item",
]
