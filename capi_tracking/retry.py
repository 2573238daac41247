"""How long to wait after which failure, or never. Pure: the dice are thrown by the caller."""

from datetime import timedelta

from .exceptions import Throttled, TransportError, Unreachable

FIRST = timedelta(seconds=10)
LONGEST = timedelta(minutes=10)  # a probe per ten minutes keeps most of an outage's events within Meta's hour
FIRST_THROTTLED = timedelta(minutes=1)
LONGEST_THROTTLED = timedelta(hours=1)
LONGEST_ASKED = timedelta(days=1)
EASE_FROM, EASE_STEP = 80, 5  # percent of Meta's allowance; the pause doubles with each step
FIRST_PAUSE = timedelta(seconds=15)
SPREAD = 0.25  # of the wait, so that workers do not all come back at once
MAX_DOUBLINGS = 20


def wait_after(error: TransportError, *, tries: int = 1, jitter: float = 0.5) -> timedelta | None:
    """The wait before the next try after ``tries`` failures in a row; None: trying again is of no use.

    ``jitter`` is between 0 and 1 and moves the wait by up to a quarter; never to before what Meta asked for.
    """
    if isinstance(error, Throttled):
        return _throttled(error.retry_after, tries, jitter)
    if isinstance(error, Unreachable):
        return _doubled(FIRST, LONGEST, tries) * (1 + SPREAD * (2 * jitter - 1))
    return None


def ease(usage: int) -> timedelta | None:
    """How long to pause after an answer that told of so many percent of the allowance; None: go on at once."""
    if usage < EASE_FROM:
        return None
    return FIRST_PAUSE * (1 << (min(usage, 100) - EASE_FROM) // EASE_STEP)


def _throttled(asked: timedelta | None, tries: int, jitter: float) -> timedelta:
    own = _doubled(FIRST_THROTTLED, LONGEST_THROTTLED, tries)
    least = min(asked, LONGEST_ASKED) if asked else own
    return least * (1 + SPREAD * jitter)


def _doubled(first: timedelta, longest: timedelta, tries: int) -> timedelta:
    doublings = min(max(tries, 1) - 1, MAX_DOUBLINGS)
    return min(first * (1 << doublings), longest)
