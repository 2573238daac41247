"""Waiting for other threads and processes: for a condition, and never for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

PATIENCE = 60.0
PAUSE = 0.02


def until(condition: Callable[[], Value], what: str = "it came true", seconds: float = PATIENCE) -> Value:
    """Poll until it is true, and return what it was then; fails after so many seconds, naming what never came."""
    ends = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < ends, f"after {seconds:g} s still not: {what}"
        time.sleep(PAUSE)
    return found
