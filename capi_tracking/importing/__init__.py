"""Events from files of other systems: CSV, or JSON lines.

``look`` decides how a file is to be read, by what was told of it and by its first lines; where that leaves a doubt it says
what to type. ``try_constants`` refuses what was said for all lines and can be right for none. ``run`` gives the records to
the ingestion, in batches. A file is read line by line and never held as a whole.
"""

from .columns import shown
from .constants import try_constants
from .doubts import CannotBegin
from .layout import Layout, Told, look
from .refused import MOST_LINES, Refused, beside
from .running import Tally, run

__all__ = [
    "MOST_LINES",
    "CannotBegin",
    "Layout",
    "Refused",
    "Tally",
    "Told",
    "beside",
    "look",
    "run",
    "shown",
    "try_constants",
]
