"""What the numbers of the dashboard mean."""

import json
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.events import UserData
from capi_tracking.keyed_hashes import identity_key
from capi_tracking.metrics.pages.masking import readable, shortened, without_ids
from capi_tracking.models import BrowserState, OutboxEvent, PageReport, SkipCount, Status
from tests.factories import (
    BrowserReceiptFactory,
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)

pytestmark = pytest.mark.django_db
TWO_HOURS = timedelta(hours=2)


def health(name="7d", **more):
    return metrics.health(metrics.window(name), **more)


def paired(*, apart=timedelta(seconds=1), **row):
    """A sent row and the receipt of its browser copy, so far apart."""
    event = OutboxEventFactory(sent=True, **row)
    BrowserReceiptFactory(row=event, created_at=event.sent_at - apart)
    return event


# -- the window ----------------------------------------------------------------------------------------------------


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


# -- orders --------------------------------------------------------------------------------------------------------


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


# -- overlap -------------------------------------------------------------------------------------------------------


def test_overlap__is_pairs_of_all_that_browsers_handed_over():
    paired()
    OutboxEventFactory(sent=True)  # server only
    waiting = OutboxEventFactory()
    BrowserReceiptFactory(row=waiting)
    BrowserReceiptFactory(event_name="Purchase")  # no row at all
    assert health().order_overlap.share == metrics.Share(1, 3)


def test_overlap__a_pair_further_apart_than_48_hours_is_late():
    now = timezone.now()
    paired(apart=timedelta(hours=47, minutes=59), event_time=now - timedelta(days=3))
    paired(apart=timedelta(hours=48, minutes=1), event_time=now - timedelta(days=3))
    overlap = health().order_overlap
    assert (overlap.share, overlap.late) == (metrics.Share(1, 2), 1)


def test_overlap__a_receipt_of_several_visitors_is_one_key():
    event = paired()
    BrowserReceiptFactory(row=event, visitor_key="another")
    lonely = BrowserReceiptFactory()
    BrowserReceiptFactory(key=lonely.key, event_id=lonely.event_id, visitor_key="another")
    assert health().order_overlap.share == metrics.Share(1, 2)


@pytest.mark.parametrize(("hours", "pair"), [(46, "both"), (49, "late")])
def test_overlap__is_the_same_for_rows_that_know_of_their_browser_copy(hours, pair):
    seen_at = timezone.now() - timedelta(days=3)
    event = OutboxEventFactory(event_time=seen_at)
    OutboxEvent.objects.browser_saw([event.key], seen_at)
    OutboxEvent.objects.update(status=Status.SENT, sent_at=seen_at + timedelta(hours=hours))
    assert metrics.with_pair(OutboxEvent.objects.all()).get().pair == pair


@pytest.mark.parametrize("state", [BrowserState.BLOCKED, BrowserState.UNKNOWN])
def test_overlap__a_copy_that_was_not_handed_over_counts_nowhere(state):
    event = OutboxEventFactory(sent=True)
    BrowserReceiptFactory(row=event, state=state)
    assert health().order_overlap.share.whole == 0


def test_overlap__page_events_have_their_own():
    paired(page=True)
    found = health()
    assert (found.order_overlap.share.whole, found.page_overlap.share) == (0, metrics.Share(1, 1))


@pytest.mark.parametrize(
    ("both", "browser", "level"),
    [(29, 29, "grey"), (0, 0, "grey"), (30, 40, "good"), (29, 40, "warn"), (20, 40, "warn"), (19, 40, "bad")],
)
def test_overlap__is_judged_from_30_events_on(both, browser, level):
    assert metrics.Overlap(share=metrics.Share(both, browser), late=0).level == level


def test_share__is_all_only_when_it_is_all():
    assert metrics.Share(999, 1000).percent == 99
    assert metrics.Share(0, 0).percent is None


# -- delivered, matched, waiting -----------------------------------------------------------------------------------


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


# -- tables and chart ----------------------------------------------------------------------------------------------


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


# -- the verdict ---------------------------------------------------------------------------------------------------


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


# -- nothing yet ---------------------------------------------------------------------------------------------------


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


# -- what pages report ---------------------------------------------------------------------------------------------


def told(kind="foreign", page="/p/", subject="999", name="PageView", count=1, ago=0):
    day = timezone.localdate() - timedelta(days=ago)
    PageReport.objects.add_all(day, {(kind, page, subject, name): count})


def reports():
    found = [problem for problem in health("7d").problems if problem.kind in ("foreign", "policy")]
    return [(each.kind, each.subject, each.name, each.count, each.pages) for each in found]


def test_reports__of_one_pixel_are_one_line_that_names_its_busiest_pages():
    for page, count in (("/a/", 1), ("/b/", 5), ("/c/", 3), ("/d/", 2), ("/b/", 2)):
        told(page=page, count=count)
    told(page="/b/", name="AddToCart", count=4)
    assert reports() == [("foreign", "999", "", 17, ("/b/", "/c/", "/d/"))]


def test_reports__of_a_policy_name_directive_and_host_and_come_before_others_pixels():
    told(count=100)
    told("violation", subject="img-src", name="www.facebook.com", count=2)
    told("violation", subject="img-src", name="connect.facebook.net", count=3)
    assert reports() == [
        ("policy", "img-src", "connect.facebook.net", 3, ("/p/",)),
        ("policy", "img-src", "www.facebook.com", 2, ("/p/",)),
        ("foreign", "999", "", 100, ("/p/",)),
    ]


def test_reports__are_bounded_and_of_the_window():
    told(count=1000, ago=20)
    assert reports() == []
    for number in range(20):
        told(subject=str(number), count=number + 1)
    assert [report[1] for report in reports()] == ["19", "18", "17", "16", "15"]


def test_reports__know_a_pixel_of_our_own_and_what_becomes_of_the_calls(capi):
    told(subject="1234567890")
    told()
    capi(FOREIGN_PIXELS="refuse")
    lines = {problem.subject: problem for problem in health("7d").problems}
    assert (lines["1234567890"].pixel, lines["999"].pixel) == ("default", "")
    assert lines["999"].reason == "refuse"


def test_reports__add_up_in_one_statement(django_assert_num_queries):
    told(count=2)
    with django_assert_num_queries(2) as asked:
        PageReport.objects.add_all(
            timezone.localdate(), {("foreign", "/p/", "999", "PageView"): 3, ("foreign", "", "999", "PageView"): 1}
        )
    assert [query["sql"].split()[0] for query in asked.captured_queries] == ["SELECT", "INSERT"]
    assert sorted(PageReport.objects.values_list("page", "count")) == [("", 1), ("/p/", 5)]


def test_reports__tell_pages_apart_that_differ_in_case_or_accents_alone():
    for page in ("/p/", "/P/", "/\u00e9/", "/e/", "/e/ "):
        told(page=page)
    assert PageReport.objects.count() == 5


# -- bounds --------------------------------------------------------------------------------------------------------


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


# -- one event's story ---------------------------------------------------------------------------------------------


def test_story__tells_the_attempts_and_the_receipt_in_order():
    start = timezone.now() - TWO_HOURS
    event = OutboxEventFactory(sent=True, event_time=start)
    last = DeliveryAttemptFactory(started_at=start + timedelta(seconds=1.5))
    OutboxEvent.objects.filter(pk=event.pk).update(last_attempt=last)
    DeliveryAttemptFactory(unreachable=True, started_at=start + timedelta(seconds=1), events=[event.pk])
    DeliveryAttemptFactory(unreachable=True, started_at=start + timedelta(seconds=1), events=[event.pk + 1])
    BrowserReceiptFactory(row=event, created_at=start + timedelta(seconds=0.4))
    event.refresh_from_db()
    told = metrics.story(event)
    assert [moment.step.value for moment in told.moments] == [
        "happened", "recorded", "seen", "attempt", "attempt", "sent", "paired",
    ]  # fmt: skip
    assert told.moments[2].seconds == 0.4
    assert [moment.is_failure for moment in told.moments].count(True) == 1
    assert (told.pair, told.trace_id) == (metrics.Pair.BOTH, last.trace_id)


def test_story__of_a_waiting_event_tells_what_is_ahead():
    told = metrics.story(OutboxEventFactory())
    assert [moment.step.value for moment in told.moments if moment.ahead] == ["due", "deadline"]
    assert (told.can_retry, told.can_cancel) == (True, True)


@pytest.mark.parametrize(
    ("row", "can_retry"),
    [
        ({"status": Status.DEAD}, True),
        ({"status": Status.DEAD, "payload": ""}, False),
        ({"status": Status.SENT}, False),
        ({"status": Status.HELD, "event_time": datetime(2026, 1, 1, tzinfo=UTC)}, False),
    ],
)
def test_story__offers_a_retry_only_where_the_verb_would_do_something(row, can_retry):
    event = OutboxEventFactory(**row)
    assert metrics.story(event).can_retry is can_retry
    assert OutboxEvent.objects.filter(pk=event.pk).retry() == can_retry


def test_story__names_the_keys_that_are_missing():
    told = metrics.story(OutboxEventFactory(match_keys="em fbp"))
    assert [key.name for key in told.match_keys] == ["em", "fbp"]
    assert "ph" in [key.name for key in told.missing_keys]


def test_pair__list_and_page_agree():
    for event in (paired(), paired(apart=timedelta(hours=50)), OutboxEventFactory(sent=True), OutboxEventFactory()):
        assert metrics.with_pair(OutboxEvent.objects.all()).get(pk=event.pk).pair == metrics.story(event).pair


@pytest.mark.parametrize("pair", metrics.Pair.values)
def test_in_pair_state__finds_what_the_list_shows(pair):
    several_pairs()
    shown = {row.pk for row in metrics.with_pair(OutboxEvent.objects.all()) if row.pair == pair}
    assert shown
    assert {row.pk for row in metrics.in_pair_state(OutboxEvent.objects.all(), pair)} == shown


def several_pairs() -> None:
    """Seen before and after, in time and late, by one visitor and by two, with and without a row that knows of it."""
    paired(), paired(apart=timedelta(hours=50)), OutboxEventFactory(sent=True), OutboxEventFactory()
    for event in (OutboxEventFactory(sent=True), OutboxEventFactory()):
        BrowserReceiptFactory(row=event, changed_at=event.event_time - timedelta(hours=60))
        BrowserReceiptFactory(row=event, changed_at=event.event_time, visitor_key="another")
    late = OutboxEventFactory(sent=True)
    BrowserReceiptFactory(row=late, changed_at=late.sent_at + timedelta(hours=60))
    BrowserReceiptFactory(row=OutboxEventFactory(sent=True), state=BrowserState.BLOCKED)
    for hours in (0, 46, 60, -60):
        event = OutboxEventFactory(sent=True)
        OutboxEvent.objects.filter(pk=event.pk).update(browser_at=event.sent_at - timedelta(hours=hours))
    OutboxEvent.objects.filter(pk=OutboxEventFactory().pk).update(browser_at=timezone.now())


# -- masking -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"), [("a" * 64, "aaaaaaaa…"), ("8.8.8.8", "8.8…"), ("x", "…"), ("", ""), ("fb.1.2.345", "fb.1.…")]
)
def test_shortened__shows_at_most_half_and_at_most_eight(text, shown):
    assert shortened(text) == shown


def test_readable__hides_all_of_the_customers_data():
    payload = OutboxEventFactory().payload
    text = readable(payload)
    user = UserData.of(email="jane@example.com", phone="+49 171 2345678", country="DE")
    for secret in ("8.8.8.8", "fb.1.1596403881668.1116446470", *user.em, *user.ph):
        assert secret in payload
        assert secret not in text
    assert '"value": 49.9' in text


def test_readable__is_bounded_and_survives_a_broken_payload():
    assert len(readable(json.dumps({"a": [1] * 5000})).splitlines()) == 401
    assert readable("jane@example.com is no JSON") == "jane@exa…"
    assert readable("") == ""


def test_without_ids__shortens_click_ids_and_keeps_the_rest():
    url = without_ids(f"https://shop.example/p/1?page=2&fbclid={'Iw' * 30}")
    assert url == "https://shop.example/p/1?page=2&fbclid=IwIwIwIw…"


# -- search --------------------------------------------------------------------------------------------------------


def found_by(term):
    return list(metrics.find_events(OutboxEvent.objects.all(), term))


def test_find_events__by_id_order_and_key_exactly():
    event = OutboxEventFactory()
    OutboxEventFactory()
    for term in (event.event_id, event.order_key, event.key, f" {event.event_id} "):
        assert found_by(term) == [event]
    assert found_by(event.event_id[:-1]) == []


@pytest.mark.parametrize("term", ["Jane@Example.com ", "+49 171 2345678"])
def test_find_events__by_the_customers_e_mail_or_phone(term):
    user = UserData.of(email="jane@example.com", phone="+491712345678")
    event = OutboxEventFactory(email_key=identity_key("em", user.em[0]), phone_key=identity_key("ph", user.ph[0]))
    OutboxEventFactory()
    assert found_by(term) == [event]


@pytest.mark.parametrize("term", ["@", "no@body", "+", "12345678", "x" * 5000, "%", "0" * 64])
def test_find_events__finds_nothing_and_does_not_fall_over(term):
    OutboxEventFactory()
    assert found_by(term) == []


# -- explanations --------------------------------------------------------------------------------------------------


def test_explain__every_status_and_reason_has_words():
    assert "refused tracking" in metrics.explain_status(Status.SKIPPED, "consent_denied")
    assert "190" in metrics.explain("denied_190")
    assert metrics.explain("something_new") == "something_new"
    assert all(metrics.explain_status(status, "") != status for status in Status)


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
