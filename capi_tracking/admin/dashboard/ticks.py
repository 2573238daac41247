"""The numbers at an axis: round ones, as a person would write them."""

from itertools import count

ROUND = (1, 2, 5)
MOST_STEPS = 5


def ticks(highest: int) -> tuple[int, ...]:
    """From 0 to the first round number that is not below ``highest``, in five steps at most, of 1, 2 or 5 times a power
    of ten.

    A whole number is all that a count, a percentage or a sum of money needs.
    """
    step = _step(highest)
    steps = max(-(-highest // step), 1)
    return tuple(step * n for n in range(steps + 1))


def _step(highest: int) -> int:
    steps = (each * int(10**power) for power in count() for each in ROUND)
    return next(step for step in steps if step * MOST_STEPS >= highest)
