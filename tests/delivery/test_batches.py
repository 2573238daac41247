"""How rows are cut into requests."""

from typing import Any

import pytest

from capi_tracking.delivery import deliver_due
from capi_tracking.delivery.batches import cut
from capi_tracking.models import Claimed
from capi_tracking.transports.local import ScriptedTransport
from tests.delivery.sending import deliver
from tests.outbox_rows import make_rows, payload

pytestmark = pytest.mark.django_db


def claimed(number: int, **changes: Any) -> Claimed:
    row = Claimed(number, f"k{number}", "x" * 9, is_late=False, leases=0, strikes=0, environment="")
    return row._replace(**changes)


def sizes(rows: list[Claimed], *, size: int = 1000, max_bytes: int = 10**6) -> list[int]:
    return [len(batch) for batch in cut(rows, size=size, max_bytes=max_bytes)]


@pytest.mark.parametrize(
    ("count", "limits", "expected"),
    [
        (0, {}, []),
        (5, {}, [5]),
        (5, {"size": 2}, [2, 2, 1]),
        (5, {"max_bytes": 30}, [3, 2]),
        (5, {"max_bytes": 29}, [2, 2, 1]),
        (2, {"max_bytes": 3}, [1, 1]),
    ],
)
def test_cut__by_count_and_bytes(count: int, limits: dict[str, int], expected: list[int]) -> None:
    assert sizes([claimed(n) for n in range(count)], **limits) == expected


def test_cut__counts_bytes_and_not_characters() -> None:
    assert sizes([claimed(n, payload="é" * 9) for n in range(2)], max_bytes=30) == [1, 1]


@pytest.mark.parametrize(
    ("strikes", "expected"), [(0, [8]), (2, [8]), (3, [4, 4]), (4, [2] * 4), (5, [1] * 8), (99, [1] * 8)]
)
def test_cut__what_was_struck_three_times_goes_in_halves(strikes: int, expected: list[int]) -> None:
    assert sizes([claimed(n, strikes=strikes) for n in range(8)], size=8) == expected


def test_cut__the_struck_do_not_travel_with_the_sound() -> None:
    rows = [claimed(1, strikes=3), claimed(2), claimed(3, leases=5), claimed(4, strikes=1)]
    assert [[row.pk for row in batch] for batch in cut(rows, size=8, max_bytes=10**6)] == [[2, 4], [1], [3]]


def test_cut__each_that_killed_its_workers_goes_alone() -> None:
    assert sizes([claimed(n, leases=5) for n in range(2)]) == [1, 1]


def test_deliver_due__obeys_batch_size_and_bytes(capi: Any) -> None:
    capi(BATCH_SIZE=3)
    make_rows(7)
    assert [len(batch) for batch in deliver()[1].sent] == [3, 3, 1]
    capi(BATCH_SIZE=1000, BATCH_BYTES=2 * (len(payload(1)) + 1))
    make_rows(5, first=11, payload=payload(1))
    assert [len(batch) for batch in deliver()[1].sent] == [2, 2, 1]


def test_deliver_due__obeys_the_transports_own_limit() -> None:
    class Narrow(ScriptedTransport):
        max_batch_size = 2

    make_rows(3)
    transport = Narrow()
    deliver_due("default", transport=transport)
    assert [len(batch) for batch in transport.sent] == [2, 1]
