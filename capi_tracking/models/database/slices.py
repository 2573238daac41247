"""Many rows in little steps: no statement holds a lock that a checkout would feel."""

import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from django.db import models

SLICE = 1000  # rows in one statement
SLICES = 100  # in one go; the next goes on
LONGEST_REST = 1.0  # seconds


def in_slices(verb: Callable[..., int], *, most: int | None = None) -> int:
    """Repeat ``verb(limit=...)`` until it finds less than a slice, at most so many times; how many rows it was."""
    return _repeat(verb, range(SLICES if most is None else most))


def to_the_end(verb: Callable[..., int]) -> int:
    """The same without a bound: where nobody waits for it."""
    return _repeat(verb, count())


def unhurried(verb: Callable[..., int]) -> Callable[..., int]:
    """The same, but at most half of the time at work: after each whole slice it rests as long as that took."""

    def slice_and_rest(*, limit: int) -> int:
        began = time.monotonic()
        done = verb(limit=limit)
        if done == limit:
            time.sleep(min(time.monotonic() - began, LONGEST_REST))
        return done

    return slice_and_rest


def _repeat(verb: Callable[..., int], turns: Iterable[int]) -> int:
    total = 0
    for _ in turns:
        done = verb(limit=SLICE)
        total += done
        if done < SLICE:
            break
    return total


def delete(rows: "models.QuerySet[Any]", *, limit: int) -> int:
    """Delete up to ``limit`` of the rows straight from their table: nothing follows them, and no signal is for them."""
    pks = list(rows.values_list("pk", flat=True)[:limit])
    return rows.model._default_manager.using(rows.db).filter(pk__in=pks)._raw_delete(rows.db) if pks else 0
