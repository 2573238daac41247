"""When versions of the Graph API end: two years after the next one came."""

import re
from datetime import date

# "Available until" of Meta's changelog. The newest has no end before there is a newer one.
ENDS = {24: date(2028, 2, 18), 25: date(2028, 7, 29)}
_NUMBER = re.compile(r"v(\d{1,3})\.0", re.ASCII)


def ends(version: str) -> date | None:
    """The day on which Meta stops serving it, or None if none is set. What is older than the table ends before all in it."""
    found = _NUMBER.fullmatch(version)
    number = int(found[1]) if found else max(ENDS) + 1
    return ENDS.get(max(number, min(ENDS)))
