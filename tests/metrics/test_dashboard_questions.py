"""What the dashboard's further questions answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.consent import ConsentState
from capi_tracking.models import BrowserState, OutboxEvent, Status
from capi_tracking.tracking import track
from tests.factories import BrowserReceiptFactory, OutboxEventFactory, an_event

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(days=7)
SPRING = "spring\tshoes\tvideo"


def health(name="7d", **more):
    return metrics.health(metrics.window(name), **more)


def ago(days):
    return timezone.now() - days * DAY


# -- the period ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "weeks"), [(1, 1), (7, 1), (8, 2), (28, 4)])
def test_before__is_of_the_same_weekdays_and_does_not_overlap(days, weeks):
    last = datetime(2026, 11, 2, 12, tzinfo=UTC)  # summer time ended a week before
    window = metrics.between((last - (days - 1) * DAY).date(), last.date(), last)
    before = window.before()
    assert [day + weeks * WEEK for day in before.days] == list(window.days)
    assert before.end <= window.start
    assert window.is_hourly or {timezone.localtime(edge).hour for edge in before.edges} == {0}


# -- change --------------------------------------------------------------------------------------------------------


def test_changes__compare_days_that_are_over_with_the_same_weekdays():
    OutboxEventFactory.create_batch(3, sent=True, event_time=ago(1))
    OutboxEventFactory(sent=True, event_time=ago(8), match_score=60)
    OutboxEventFactory(status=Status.DEAD, event_time=ago(8))
    OutboxEventFactory.create_batch(4, sent=True)  # today, which is not over: neither
    OutboxEventFactory.create_batch(5, sent=True, event_time=ago(7))  # nor the day that stands before it
    found = health().changes
    assert (found.orders.now, found.orders.before, found.orders.difference, found.orders.percent) == (3, 1, 2, 200)
    assert (found.lost.difference, found.lost.percent) == (-1, -100)
    assert (found.delivered.now, found.delivered.before) == (100, 50)
    assert (found.match_keys.difference, found.overlap.difference) == (-2, None)


# -- what became of them -------------------------------------------------------------------------------------------


def test_outcomes__tell_first_tries_from_later_ones():
    OutboxEventFactory(sent=True)
    OutboxEventFactory(page=True, sent=True, attempts=3)
    OutboxEventFactory(status=Status.DEAD)
    OutboxEventFactory(status=Status.EXPIRED, event_time=ago(2))
    OutboxEventFactory()
    *_, middle, _, today = health().outcomes
    assert (today.sent, today.retried, today.dead, today.expired, today.waiting) == (1, 1, 1, 0, 1)
    assert (middle.expired, middle.total) == (1, 1)


def test_freshness__is_told_as_bars():
    at = ago(2)
    for seconds in (1, 1.000001, 5, 700, 90_000):
        OutboxEventFactory(sent=True, event_time=at, sent_at=at + timedelta(seconds=seconds))
    bars = health().freshness.bars
    assert [bar.share.part for bar in bars] == [1, 2, 0, 0, 0, 1, 0, 1]
    assert (bars[0].label, bars[-1].label) == ("1\N{NO-BREAK SPACE}s", "longer")


def test_consents__are_shares_of_the_orders():
    OutboxEventFactory.create_batch(2, sent=True)
    OutboxEventFactory(skipped=True)
    OutboxEventFactory(skipped=True, consent_state=ConsentState.UNKNOWN, event_time=ago(1))
    OutboxEventFactory(page=True, sent=True)
    found = health()
    assert (found.consents.granted, found.consents.denied.part) == (metrics.Share(2, 4), 1)
    assert [part.consents.unknown for part in found.consent_parts[-2:]] == [metrics.Share(1, 1), metrics.Share(0, 3)]


# -- visitors and campaigns ----------------------------------------------------------------------------------------


def steps(**more):
    return [(step.event_name, step.visitors) for step in health(**more).funnel]


def test_funnel__counts_each_visitor_once_a_day(capi):
    capi(FUNNEL=["ViewContent", "Purchase"])
    OutboxEventFactory.create_batch(3, page=True, visitor_key="a")
    OutboxEventFactory(page=True, visitor_key="a", event_time=ago(1))
    OutboxEventFactory(page=True, visitor_key="b", external_key="customer", currency="EUR")
    OutboxEventFactory(page=True, visitor_key="c", external_key="customer", currency="USD")
    OutboxEventFactory(visitor_key="c", external_key="customer")
    OutboxEventFactory(skipped=True, external_key="refused")
    OutboxEventFactory(page=True)  # of nobody
    assert steps() == [("ViewContent", 3), ("Purchase", 1)]
    assert steps(event="Purchase") == steps()
    assert health().funnel[1].share == metrics.Share(1, 3)


def test_funnel__follows_from_the_objective(capi):
    assert steps()[-1] == ("Purchase", 0)
    capi(OBJECTIVE="leads")
    assert steps()[-1] == ("Lead", 0)


def test_campaigns__are_those_that_brought_the_buyer():
    OutboxEventFactory(page=True, visitor_key="a", campaign="autumn\t\t", event_time=ago(4))
    OutboxEventFactory(page=True, visitor_key="a", campaign=SPRING, event_time=ago(3))
    OutboxEventFactory(page=True, visitor_key="b", campaign=SPRING, event_time=ago(9))
    OutboxEventFactory(email_key="jane", event_time=ago(60), sent=True)
    bought = {"sent": True, "event_time": ago(1), "value": Decimal("10.00")}
    OutboxEventFactory(visitor_key="a", email_key="jane", click_days=40, **bought)
    OutboxEventFactory(visitor_key="a", campaign=SPRING, **{**bought, "currency": "USD"})
    OutboxEventFactory(visitor_key="b", **bought)
    OutboxEventFactory(visitor_key="a", skipped=True, event_time=ago(1))
    [known, unknown] = health().campaigns
    assert (known.source, known.name, known.content) == ("spring", "shoes", "video")
    assert (known.sales, known.new, known.returning, known.clicked) == (2, 1, 1, metrics.Share(1, 2))
    assert {each.currency for each in known.money} == {"EUR", "USD"}
    assert (unknown.source, unknown.sales) == ("", 1)


@pytest.mark.parametrize(
    ("url", "campaign"),
    [
        ("https://shop.example/?utm_source=spring&utm_campaign=shoes&utm_content=video", SPRING),
        ("https://shop.example/?utm_medium=email", ""),
        ("https://shop.example/?utm_source=a%09b%0Ac&utm_source=d", "a b c\t\t"),
        ("https://shop.example/?utm_campaign=" + "x" * 500, "\t" + "x" * 64 + "\t"),
    ],
)
def test_track__keeps_the_campaign_that_the_address_names(url, campaign):
    key = track(an_event(event_source_url=url)).key
    row = OutboxEvent.objects.get(key=key)
    assert (row.campaign, row.click_days) == (campaign, None)


# -- keys, and one side alone --------------------------------------------------------------------------------------


def test_heat__is_the_share_of_sent_copies_that_carry_a_key():
    OutboxEventFactory(sent=True, match_keys="em fbc")
    OutboxEventFactory(sent=True, match_keys="em")
    OutboxEventFactory(match_keys="em ph")
    [line] = health().heat
    shares = dict(zip([key.name for key in metrics.KEYS], line.shares, strict=True))
    assert (shares["em"], shares["fbc"], shares["ph"]) == (
        metrics.Share(2, 2), metrics.Share(1, 2), metrics.Share(0, 2),
    )  # fmt: skip


def test_one_sided__grades_sales_that_only_the_server_told():
    blocked, seen = OutboxEventFactory(sent=True, click_days=6), OutboxEventFactory(sent=True, click_days=7)
    BrowserReceiptFactory(row=blocked, state=BrowserState.UNKNOWN, visitor_key="another")
    BrowserReceiptFactory(row=blocked, state=BrowserState.BLOCKED)
    BrowserReceiptFactory(row=seen, state=BrowserState.UNKNOWN)
    OutboxEventFactory.create_batch(2, sent=True, value=Decimal("5.00"))
    OutboxEventFactory(page=True, sent=True)
    OutboxEventFactory(sent=True, action_source="physical_store")
    found = health().one_sided
    assert (found.proved.count, found.likely.count, found.unknown.count, found.server_only) == (1, 2, 1, 4)
    assert (found.proved.fresh, found.unknown.fresh) == (metrics.Share(1, 1), metrics.Share(0, 1))
    assert found.likely.money == (metrics.Money(Decimal("10.00"), "EUR"),)


def test_one_sided__tells_what_late_pairs_are_worth():
    event = OutboxEventFactory(sent=True, event_time=ago(3))
    BrowserReceiptFactory(row=event, created_at=event.sent_at - timedelta(hours=49))
    found = health().one_sided
    assert (found.late.count, found.late.money) == (1, (metrics.Money(Decimal("49.90"), "EUR"),))


def test_one_sided__counts_receipts_of_an_id_that_another_visitor_told_of():
    event = OutboxEventFactory(page=True, sent=True)
    for visitor in "abc":
        BrowserReceiptFactory(row=event, visitor_key=visitor)
    BrowserReceiptFactory()
    assert health().one_sided.reused == 2


# -- the feed -------------------------------------------------------------------------------------------------------


def test_feed__tells_the_latest_first_and_nothing_of_the_visitor(django_assert_num_queries):
    OutboxEventFactory(event_name="Lead", sent=True)
    OutboxEventFactory.create_batch(3, page=True)
    OutboxEventFactory(is_test=True)
    with django_assert_num_queries(1):
        found = metrics.feed(metrics.Asked(using="default"))
    assert [each.event_name for each in found] == ["ViewContent"] * 3 + ["Lead"]
    assert (found[3].pair_label, found[3].money) == ("server only", metrics.Money(Decimal("49.90"), "EUR"))
    assert len(metrics.feed(metrics.Asked(using="default", with_tests=True), limit=2)) == 2
    assert not {"event_id", "key", "order_key", "visitor_key"} & set(metrics.Latest.__slots__)
