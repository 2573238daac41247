"""Tokens for a shop whose pages are another origin's: for an hour its beacons are heard as our own pages' are.

A token is ``{issued}.{signature}``: when it was made, in seconds, signed together with the origin that it is for.
"""

import time
from datetime import timedelta

from ..conf import conf
from ..keyed_hashes import is_signed, keyed_hash

LIFETIME = timedelta(hours=1)
SKEW = timedelta(minutes=1)  # between servers of one shop
MAX_DIGITS = 12


def is_known(origin: str) -> bool:
    """Whether the shop lists this origin in ``ORIGINS``."""
    return origin in conf.ORIGINS


def token(origin: str) -> str:
    """A new one for that origin."""
    issued = str(int(time.time()))
    return f"{issued}.{_signature(origin, issued)}"


def is_valid(said: str, origin: str) -> bool:
    """Whether we made it for this origin within the last hour."""
    issued, _, signature = said.partition(".")
    if not (said.isascii() and issued.isdecimal() and len(issued) <= MAX_DIGITS and is_known(origin)):
        return False
    age = timedelta(seconds=int(time.time()) - int(issued))
    return -SKEW <= age <= LIFETIME and is_signed(_signed(origin, issued), signature, purpose="origin")


def _signature(origin: str, issued: str) -> str:
    return keyed_hash(_signed(origin, issued), purpose="origin")


def _signed(origin: str, issued: str) -> str:
    return f"{origin}\n{issued}"
