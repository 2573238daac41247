"""What of an event may leave at all, before either copy is made.

sharing   ``SHARE``: which fields of the customer a pixel may have
scanning  custom data without what tells who somebody is
core      ``CORE_SETUP``: without custom parameters, addresses cut to the host
minors    ``MINIMUM_AGE``
"""

from .minors import is_minor
from .reducing import Minimised, minimised, minimised_data, minimised_keys, without_words
from .scanning import LeftOut, scanned
from .sharing import FIELDS

__all__ = [
    "FIELDS",
    "LeftOut",
    "Minimised",
    "is_minor",
    "minimised",
    "minimised_data",
    "minimised_keys",
    "scanned",
    "without_words",
]
