"""Several who add up the same days at once, on whatever database this run has."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from capi_tracking.models import Rollup, RollupLine
from capi_tracking.models.rollup import Told
from tests.services.servers import shares_a_database
from tests.services.side_by_side import Worker

pytestmark = shares_a_database

DAY, DAYS, TIMES = timedelta(days=1), 24, 5
FIRST = datetime(2026, 10, 1, tzinfo=UTC)


def a_rollup(start: datetime) -> Told:
    now = timezone.now()
    found = Rollup(start=start, end=start + DAY, rows=1, computed_at=now, checked_at=now)
    return Told(found, [RollupLine(pixel="default", event_name="Purchase", numbers={})])


def keep(using: str) -> None:
    for _ in range(TIMES):
        told = [a_rollup(FIRST + number * DAY) for number in range(DAYS)]
        Rollup.objects.using(using).keep(told, pruned_before=FIRST)


def test_keep__side_by_side_breaks_nobody_and_keeps_each_line_once(shared: str) -> None:
    for worker in [Worker(keep, shared) for _ in range(4)]:
        worker.outcome()
    lines = RollupLine.objects.using(shared).values_list("rollup__start", flat=True)
    assert sorted(lines) == [FIRST + number * DAY for number in range(DAYS)]
