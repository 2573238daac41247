"""Many values in several conditions: SQLite may take no more than 999 of them in one."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

AT_ONCE = 500


def in_parts(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists of at most ``AT_ONCE``."""
    rest = iter(values)
    while part := list(islice(rest, AT_ONCE)):
        yield part
