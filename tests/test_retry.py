from datetime import timedelta

import pytest

from capi_tracking.exceptions import Denied, Rejected, Throttled, TransportError, Unreachable
from capi_tracking.retry import ease, wait_after

S, M, H, D = (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))


@pytest.mark.parametrize(
    ("error", "tries", "expected"),
    [
        (Unreachable(), 1, 10 * S),
        (Unreachable(), 2, 20 * S),
        (Unreachable(), 3, 40 * S),
        (Unreachable(), 6, 320 * S),
        (Unreachable(), 7, 10 * M),
        (Unreachable(), 1000, 10 * M),
        (Unreachable(), 0, 10 * S),
        (Unreachable(), -5, 10 * S),
        (Rejected(), 1, None),
        (Denied(), 1, None),
        (TransportError(), 1, None),
    ],
)
def test_wait_after__follows_the_table(error: TransportError, tries: int, expected: timedelta | None) -> None:
    assert wait_after(error, tries=tries, jitter=0.5) == expected


@pytest.mark.parametrize(
    ("asked", "tries", "least"),
    [(None, 1, M), (None, 3, 4 * M), (None, 50, H), (5 * M, 1, 5 * M), (5 * M, 9, 5 * M), (D, 1, D), (30 * D, 1, D)],
)
def test_wait_after__throttled_waits_what_meta_asks_or_its_own(
    asked: timedelta | None, tries: int, least: timedelta
) -> None:
    assert wait_after(Throttled(retry_after=asked), tries=tries, jitter=0) == least


def test_wait_after__jitter_spreads_an_outage_by_a_quarter_each_way() -> None:
    assert wait_after(Unreachable(), jitter=0) == 7.5 * S
    assert wait_after(Unreachable(), jitter=1) == 12.5 * S


def test_wait_after__without_dice_stands_as_in_the_table() -> None:
    assert wait_after(Unreachable()) == 10 * S


def test_wait_after__jitter_never_comes_before_what_meta_asked_for() -> None:
    waits = [wait_after(Throttled(retry_after=M), jitter=jitter / 10) for jitter in range(11)]
    assert min(wait for wait in waits if wait) == M
    assert max(wait for wait in waits if wait) == 75 * S


@pytest.mark.parametrize(
    ("usage", "expected"),
    [(0, None), (79, None), (80, 15 * S), (84, 15 * S), (85, 30 * S), (90, M), (95, 2 * M), (100, 4 * M), (999, 4 * M)],
)
def test_ease__begins_before_the_allowance_is_used_up(usage: int, expected: timedelta | None) -> None:
    assert ease(usage) == expected
