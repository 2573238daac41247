from collections.abc import Callable

SLICE = 1000  # rows in one statement: no lock that a checkout feels
SLICES = 100  # a sweep does at most so many; the next goes on


def in_slices(verb: Callable[..., int]) -> int:
    """Repeat ``verb(limit=...)`` until it finds less than a slice; how many rows it was."""
    total = 0
    for _ in range(SLICES):
        done = verb(limit=SLICE)
        total += done
        if done < SLICE:
            break
    return total
