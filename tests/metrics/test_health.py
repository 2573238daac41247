"""Orders, deliveries and keys in numbers, and what they cost to ask."""

from dataclasses import is_dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.models import SkipCount, Status
from tests.factories import (
    BrowserReceiptFactory,
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)
from tests.metrics.asking import health, paired

pytestmark = pytest.mark.django_db
TWO_HOURS = timedelta(hours=2)


# -- orders ----------------------------------------------------------------------------------------------------------


def test_orders__sent_withheld_and_lost_are_told_apart():
    OutboxEventFactory(sent=True, value=Decimal("10.10"))
    OutboxEventFactory(sent=True, value=Decimal("20.20"))
    OutboxEventFactory(skipped=True)
    OutboxEventFactory(status=Status.CANCELLED, reason="by_staff")
    OutboxEventFactory(status=Status.DEAD, reason="too_little_user_data")
    OutboxEventFactory(status=Status.EXPIRED, reason="too_old")
    OutboxEventFactory(skipped=True, reason="too_old")
    OutboxEventFactory(status=Status.HELD, reason="denied")
    orders = health().orders
    assert (orders.sent, orders.withheld, orders.lost, orders.waiting) == (2, 2, 3, 1)
    assert orders.money_sent == (metrics.Money(Decimal("30.30"), "EUR"),)


def test_orders__a_closed_pair_window_is_browser_only_and_no_loss():
    OutboxEventFactory(skipped=True, reason="pair_window_closed")
    orders = health().orders
    assert (orders.browser_only, orders.withheld, orders.lost) == (1, 0, 0)


def test_orders__money_is_summed_by_currency():
    for value, currency in [("1.00", "EUR"), ("5.00", "USD"), ("2.00", "EUR")]:
        OutboxEventFactory(sent=True, value=Decimal(value), currency=currency)
    assert health().orders.money_sent == (
        metrics.Money(Decimal("5.00"), "USD"),
        metrics.Money(Decimal("3.00"), "EUR"),
    )


def test_health__page_events_are_no_orders():
    OutboxEventFactory(page=True, sent=True)
    assert health().orders.sent == 0


def test_health__test_events_are_left_out_on_both_sides():
    paired(is_test=True)
    found = health()
    assert (found.orders.sent, found.order_overlap.share.whole) == (0, 0)


def test_health__what_is_outside_the_window_is_left_out():
    OutboxEventFactory(sent=True, event_time=timezone.now() - timedelta(days=9))
    assert health("7d").orders.sent == 0
    assert health("28d").orders.sent == 1


def test_health__shows_one_pixel_when_asked():
    OutboxEventFactory(sent=True)
    OutboxEventFactory(sent=True, pixel="other")
    assert health(pixel="other").orders.sent == 1
    assert health().orders.sent == 2


# -- delivered, matched, waiting -------------------------------------------------------------------------------------


def test_delivered__asks_of_rows_older_than_an_hour_that_should_go():
    old = timezone.now() - TWO_HOURS
    OutboxEventFactory(sent=True, event_time=old)
    OutboxEventFactory(status=Status.HELD, event_time=old)
    OutboxEventFactory(status=Status.DEAD, event_time=old)
    OutboxEventFactory(skipped=True, event_time=old)
    OutboxEventFactory()
    found = health().delivered
    assert (found.ripe, found.so_far) == (metrics.Share(1, 3), metrics.Share(1, 4))


def test_match_keys__are_the_mean_of_what_was_sent():
    OutboxEventFactory(sent=True, match_score=80)
    OutboxEventFactory(sent=True, match_score=61)
    OutboxEventFactory(match_score=1)
    OutboxEventFactory(page=True, sent=True, match_score=30)
    assert health().match_keys == metrics.MatchKeys(orders=70, pages=30)


def test_waiting__tells_count_age_money_and_first_deadline():
    now = timezone.now()
    oldest = OutboxEventFactory(event_time=now - timedelta(days=5), status=Status.HELD)
    OutboxEventFactory(event_time=now - TWO_HOURS, status=Status.LEASED)
    OutboxEventFactory(page=True, value=Decimal("9.00"), currency="EUR")
    OutboxEventFactory(sent=True)
    waiting = health("24h").waiting
    assert (waiting.count, waiting.held) == (3, 1)
    assert (waiting.oldest_at, waiting.first_deadline_at) == (oldest.created_at, oldest.deadline_at)
    assert waiting.money == (metrics.Money(Decimal("99.80"), "EUR"),)


# -- tables and chart ------------------------------------------------------------------------------------------------


def test_sides__of_a_day_add_up():
    paired(page=True)
    OutboxEventFactory(page=True, sent=True)
    BrowserReceiptFactory(event_name="ViewContent")
    OutboxEventFactory(page=True, sent=True, action_source="physical_store")
    found = health()
    today = found.parts[-1].sides
    assert (today.both, today.server_only, today.browser_only) == (1, 1, 1)
    assert all(part.sides.total == 0 for part in found.parts[:-1])


def test_sides__a_late_pair_is_told_as_meta_counts_it_on_either_side():
    paired(apart=timedelta(hours=49), event_time=timezone.now() - timedelta(days=3))
    [line] = health().events
    assert (line.sides.both, line.sides.server_only, line.sides.browser_only, line.sides.late) == (0, 1, 1, 1)


def test_events__are_told_by_name():
    OutboxEventFactory(sent=True, match_score=60)
    OutboxEventFactory(status=Status.DEAD)
    OutboxEventFactory(page=True)
    lines = {line.event_name: line for line in health().events}
    assert (lines["Purchase"].sent, lines["Purchase"].lost, lines["Purchase"].match) == (1, 1, 60)
    assert (lines["ViewContent"].waiting, lines["ViewContent"].match) == (1, None)


def test_skipped__tells_rows_and_the_days_counts_by_reason():
    OutboxEventFactory(skipped=True, reason="consent_denied")
    OutboxEventFactory(skipped=True, reason="consent_unknown")
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "consent_unknown")
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "consent_unknown")
    SkipCount.objects.add(timezone.localdate() - timedelta(days=20), "default", "PageView", "bot")
    told = [(line.reason, line.count, line.events) for line in health().skipped]
    assert told == [
        ("consent_unknown", 2, (("PageView", 2),)),
        ("consent_denied", 1, (("Purchase", 1),)),
        ("consent_unknown", 1, (("Purchase", 1),)),
    ]


def test_freshness__says_within_what_time_half_and_95_percent_came():
    now = timezone.now()
    for seconds in [0.5] * 12 + [4] * 7 + [45]:
        at = now - timedelta(minutes=30)
        OutboxEventFactory(sent=True, event_time=at, sent_at=at + timedelta(seconds=seconds))
    found = health().freshness
    assert (found.total, found.half, found.most) == (20, "1\N{NO-BREAK SPACE}s", "5\N{NO-BREAK SPACE}s")


def test_freshness__knows_of_website_events_alone_and_of_none_if_there_are_none():
    assert (health().freshness.total, health().freshness.most) == (0, "")
    OutboxEventFactory(sent=True, action_source="physical_store")
    OutboxEventFactory(sent=True, is_test=True)
    OutboxEventFactory()
    assert health().freshness.total == 0


def test_freshness__names_no_time_where_more_than_one_in_twenty_took_days():
    at = timezone.now() - timedelta(days=3)
    OutboxEventFactory(sent=True, event_time=at, sent_at=timezone.now())
    assert (health().freshness.total, health().freshness.most) == (1, "")


def test_failures__are_told_by_code():
    DeliveryAttemptFactory()
    DeliveryAttemptFactory(denied=True, batch_size=3)
    DeliveryAttemptFactory(denied=True, batch_size=4)
    [failure] = health().failures
    assert (failure.kind, failure.code, failure.requests, failure.events) == ("denied", 190, 2, 7)


# -- nothing yet -----------------------------------------------------------------------------------------------------


def test_setup__tells_what_has_happened_once():
    found = health().setup
    assert found.has_token
    assert not any([found.has_receipt, found.has_event, found.has_sent, found.has_pair, found.unanswered])


def test_setup__says_that_no_visitor_has_answered_yet():
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "consent_unknown")
    assert health().setup.unanswered


def test_setup__is_over_with_the_first_event():
    OutboxEventFactory()
    assert health().setup is None


# -- bounds ----------------------------------------------------------------------------------------------------------


def test_health__asks_at_most_eight_queries(django_assert_max_num_queries):
    PixelFactory()
    for _ in range(5):
        paired()
        paired(page=True)
    with django_assert_max_num_queries(8):
        health("28d")


def test_answers__are_frozen_values():
    answer = health()
    assert is_dataclass(answer)
    with pytest.raises(AttributeError):
        answer.pixel = "other"
