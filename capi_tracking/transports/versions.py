"""When versions of the Graph API end: two years after the next one came."""

import re
from datetime import date, timedelta

# Version, and the last day on which Meta serves it; None: not announced yet. The newest comes last.
ENDS: dict[int, date | None] = {25: date(2028, 7, 29), 26: None}
NOTICE = timedelta(days=90)
_is_version = re.compile(r"v([1-9][0-9]{0,2})\.0").fullmatch


def number_of(version: str) -> int | None:
    """26 of "v26.0"; None of what is no version."""
    found = _is_version(version)
    return int(found[1]) if found else None


def end_of(version: str) -> date | None:
    """Its last day, or None if none is announced. What is older than all that are known ends by the first of theirs."""
    number = number_of(version)
    return ENDS.get(max(number, min(ENDS))) if number else None
