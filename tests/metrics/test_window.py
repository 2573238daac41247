"""Which days and hours a page may ask for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.models import Status
from tests.factories import (
    DeliveryAttemptFactory,
    OutboxEventFactory,
)

pytestmark = pytest.mark.django_db


# -- the window ------------------------------------------------------------------------------------------------------


def test_window__days_begin_at_the_shops_midnight():
    window = metrics.window("7d", datetime(2026, 11, 22, 23, 30, tzinfo=UTC))  # already the 23rd in Berlin
    assert timezone.localtime(window.start).isoformat() == "2026-11-17T00:00:00+01:00"
    assert timezone.localtime(window.end).isoformat() == "2026-11-24T00:00:00+01:00"
    assert len(window.parts) == 7


def test_window__a_day_of_25_hours_stays_one_day():
    window = metrics.window("7d", datetime(2026, 10, 26, 12, tzinfo=UTC))
    lengths = [end.astimezone(UTC) - start.astimezone(UTC) for start, end in pairwise(window.edges)]
    assert max(lengths) == timedelta(hours=25)
    assert len(lengths) == 7


def test_window__24_hours_are_24_hours_even_when_the_clock_turns():
    window = metrics.window("24h", datetime(2026, 10, 25, 12, 30, tzinfo=UTC))
    edges = [edge.astimezone(UTC) for edge in window.edges]
    assert {end - start for start, end in pairwise(edges)} == {timedelta(hours=1)}
    assert edges[-1] == datetime(2026, 10, 25, 13, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "90d", "'; --"])
def test_window__an_unknown_name_is_the_default(name):
    assert metrics.window(name).name == metrics.DEFAULT_WINDOW


# -- what a page may ask for -----------------------------------------------------------------------------------------


def test_between__has_the_days_by_the_calendar_and_never_more_than_a_quarter():
    now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    spring = metrics.between(date(2026, 3, 27), date(2026, 3, 29), now)
    assert (len(spring.parts), spring.days, spring.is_hourly) == (3, (date(2026, 3, 27), date(2026, 3, 29)), False)
    assert metrics.between(date(2026, 3, 29), date(2026, 3, 27), now) == spring
    assert metrics.between(date.min, date.max, now).days == (date(2025, 12, 29), date(2026, 3, 30))
    assert metrics.between(date.min, date.min, now).days == (date(2000, 1, 1),) * 2
    assert spring.name == "2026-03-27..2026-03-29"
    assert metrics.window(spring.name, now) == spring
    assert [metrics.is_window(name) for name in ("7d", spring.name, "2026-02-30..2026-03-01", "..", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_between__cuts_one_day_into_the_hours_that_it_has(settings, day, hours):
    settings.TIME_ZONE = "Europe/Berlin"
    that = date.fromisoformat(day)
    one = metrics.between(that, that, datetime(2026, 11, 1, tzinfo=UTC))
    assert (len(one.parts), one.is_hourly, one.days) == (hours, True, (that, that))


def test_health__is_of_one_event_or_with_test_events_and_tells_of_all_troubles(django_assert_max_num_queries):
    OutboxEventFactory(sent=True, value=Decimal(5), currency="EUR")
    OutboxEventFactory(page=True, sent=True, value=Decimal(7), currency="EUR")
    OutboxEventFactory(sent=True, is_test=True)
    OutboxEventFactory(status=Status.HELD)
    DeliveryAttemptFactory(denied=True)
    seven = metrics.window("7d")
    page = metrics.health(seven, event="ViewContent")
    assert (page.orders.sent, [line.event_name for line in page.events]) == (1, ["ViewContent"])
    assert (page.freshness.total, page.waiting.count) == (1, 0)
    assert page.event_names == ("Purchase", "ViewContent")
    assert page.problems == metrics.health(seven).problems != ()
    assert metrics.health(seven).orders.sent == 1
    assert metrics.health(seven, with_tests=True).orders.sent == 2
    with django_assert_max_num_queries(8):
        metrics.health(seven, event="Purchase", with_tests=True)
