"""What is wrong, told from the numbers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.models import Status
from tests.factories import (
    OutboxEventFactory,
    PixelFactory,
)
from tests.metrics.asking import health, paired

pytestmark = pytest.mark.django_db
TWO_HOURS = timedelta(hours=2)


def kinds(found):
    return [problem.kind for problem in found.problems]


def test_problems__none_when_all_is_well():
    PixelFactory()
    paired()
    OutboxEventFactory()
    assert kinds(health()) == []


def test_problems__a_paused_pixel_comes_first_with_the_money_that_waits():
    PixelFactory(state="paused", paused_reason="token refused", paused_at=timezone.now())
    OutboxEventFactory(status=Status.HELD, value=Decimal("10.00"))
    OutboxEventFactory(status=Status.PENDING, value=Decimal("5.00"))
    for _ in range(20):
        OutboxEventFactory(status=Status.DEAD)
    found = health()
    assert kinds(found) == ["paused", "lost"]
    assert (found.problems[0].count, found.problems[0].money) == (2, (metrics.Money(Decimal("15.00"), "EUR"),))


def test_problems__held_rows_of_an_open_pixel_need_a_person():
    PixelFactory()
    OutboxEventFactory(status=Status.HELD, reason="other_environment")
    assert kinds(health()) == ["held"]


def test_problems__rows_that_wait_longer_than_an_hour_are_overdue():
    OutboxEventFactory(event_time=timezone.now() - TWO_HOURS)
    assert kinds(health()) == ["overdue"]


def test_problems__a_deadline_within_a_day_is_told():
    OutboxEventFactory(event_time=timezone.now() - timedelta(days=6, hours=12))
    assert kinds(health()) == ["deadline"]


def test_problems__a_pixel_out_of_reach_is_told_until_its_next_try():
    PixelFactory(wait_until=timezone.now() + TWO_HOURS, wait_reason="no answer")
    assert kinds(health()) == ["unreached"]
    assert kinds(health(now=timezone.now() + timedelta(hours=3))) == []


@pytest.mark.parametrize(("lost", "sent", "told"), [(1, 18, False), (1, 19, False), (2, 18, True)])
def test_problems__lost_orders_are_told_above_5_percent_of_20(lost, sent, told):
    OutboxEventFactory.create_batch(lost, status=Status.DEAD)
    OutboxEventFactory.create_batch(sent, sent=True)
    assert ("lost" in kinds(health())) is told
