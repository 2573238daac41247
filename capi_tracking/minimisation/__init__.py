"""What of an event may leave at all, before either copy is made.

sharing    ``SHARE``: which fields of the customer a pixel may have
detection  what in a text looks like a person's plain data, or like a secret
scanning   custom data without what tells who somebody is
addresses  ``URL_PARAMETERS``, ``SENSITIVE_PAGES``: what may be left of the address of a page
reducing   the event as it may leave; ``CORE_SETUP``: without custom parameters, addresses cut to the host
minors     ``MINIMUM_AGE``
"""

from .addresses import clean_url, is_sensitive, is_sensitive_address, origin_of
from .minors import is_minor
from .reducing import Minimised, minimised, minimised_data, minimised_keys, without_words
from .scanning import LeftOut, scanned
from .sharing import FIELDS

__all__ = [
    "FIELDS",
    "LeftOut",
    "Minimised",
    "clean_url",
    "is_minor",
    "is_sensitive",
    "is_sensitive_address",
    "minimised",
    "minimised_data",
    "minimised_keys",
    "origin_of",
    "scanned",
    "without_words",
]
