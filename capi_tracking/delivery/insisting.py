"""That Meta took a batch is recorded in spite of a database that stumbles: else it would be sent again."""

import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connections

PAUSES = (0.1, 0.5, 2.0)  # seconds between tries


def insist(record: Callable[[], int], using: str) -> int:
    """Call it again if the database locks, deadlocks or drops the connection, a few times."""
    for seconds in PAUSES:
        try:
            return record()
        except (OperationalError, InterfaceError):
            connections[using].close_if_unusable_or_obsolete()
            time.sleep(seconds)
    return record()
