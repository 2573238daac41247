"""The twenty-eight days: told once, true to the shop's orders, and found again by the package's own questions."""

import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.signals import post_save
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.conf import pixel
from capi_tracking.delivery import sweep
from capi_tracking.metrics import Pair
from capi_tracking.models import (
    BrowserReceipt,
    BrowserState,
    CheckoutContext,
    DeliveryAttempt,
    DifferenceKind,
    OutboxEvent,
    Pixel,
    QualityFetch,
    QualitySnapshot,
    SkipCount,
    outbox_key,
)
from capi_tracking.orders import identity, order_adapter
from capi_tracking.reconciliation import Outcome, reconcile
from capi_tracking.transports.local import MemoryTransport
from demo_project import settings as demo_settings
from demo_project.runner.management.commands.demo import Command
from demo_project.runner.plan import Plan
from demo_project.shop.models import Order, OrderLine
from demo_project.story import rhythm
from demo_project.story.models import Chapter
from demo_project.story.orders import settle
from demo_project.story.seed import tell

TABLES = (
    Order,
    OrderLine,
    CheckoutContext,
    OutboxEvent,
    BrowserReceipt,
    DeliveryAttempt,
    SkipCount,
    QualitySnapshot,
    QualityFetch,
    Chapter,
)
NOW = timezone.now()
PAGE_FUNNEL = ("PageView", "ViewContent", "AddToCart", "InitiateCheckout", "Purchase")


class Telling:
    """One call of ``tell()``: what it returned, and which rows announced that they were saved."""

    def __init__(self, now):
        self.saved = []
        post_save.connect(self.note)
        self.count = tell(now)
        post_save.disconnect(self.note)

    def note(self, sender, **kwargs):
        self.saved.append(sender)


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker):
    """The story, told once for this whole file; afterwards the database is as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Telling(NOW)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def story(told, db):
    """Every test starts from it."""


def health(name="28d"):
    return metrics.health(metrics.window(name))


def chapter(name):
    return Chapter.objects.get(name=name)


def sales():
    return OutboxEvent.objects.filter(order_key__isnull=False)


def facts():
    """What must not depend on the run: the database gives other keys to orders, so ids of sales differ."""
    pages = set(OutboxEvent.objects.filter(order_key=None).values_list("key", "status", "sent_at", "match_score"))
    receipts = Counter(BrowserReceipt.objects.exclude(event_name="Purchase").values_list("key", "state"))
    bought = set(Order.objects.values_list("number", "total", "status", "created_at", "paid_at"))
    return pages, receipts, bought, list(Chapter.objects.values_list("name", "events", "sales", "money"))


def test_tell__counts_the_rows_that_it_made(told):
    assert told.count == sum(model.objects.count() for model in TABLES)
    assert 10_000 < told.count < 25_000


def test_tell__changes_nothing_the_second_time():
    before = [model.objects.count() for model in TABLES]
    assert tell() == 0
    assert [model.objects.count() for model in TABLES] == before


def test_command__tells_the_same_story_for_the_same_seed_and_moment_and_the_port_that_was_asked_for(
    tmp_path, time_machine
):
    before = facts()
    for model in reversed(TABLES):
        model.objects.all().delete()
    time_machine.move_to(NOW, tick=False)
    Command(stdout=StringIO()).tell(Plan(folder=tmp_path, port=8010, sandbox_port=8990, with_sandbox=True))
    assert facts() == before
    payloads = OutboxEvent.objects.filter(status="sent").exclude(payload="").values_list("payload", flat=True)
    addresses = [json.loads(payload)["event_source_url"] for payload in payloads]
    addresses += CheckoutContext.objects.exclude(url="").values_list("url", flat=True)
    assert len(addresses) > 100
    assert {urlsplit(address).netloc for address in addresses} == {"127.0.0.1:8010"}


def test_tell__disturbs_nobody_who_listens_to_the_shop(told):
    assert not {Order, OrderLine, CheckoutContext, OutboxEvent} & set(told.saved)


def test_tell__leaves_nothing_for_the_worker():
    assert not OutboxEvent.objects.waiting().exists()
    assert not OutboxEvent.objects.exclude(due_at=None).exists()
    assert sweep(transport=MemoryTransport).requests == 0
    assert Pixel.objects.get().state == Pixel.State.OPEN


def test_tell__ends_an_hour_ago():
    latest = timezone.now() - timedelta(minutes=58)
    assert OutboxEvent.objects.filter(created_at__gt=latest).count() == 0
    assert Order.objects.filter(created_at__gt=latest).count() == 0
    oldest = timezone.now() - timedelta(days=rhythm.DAYS)
    assert OutboxEvent.objects.filter(event_time__lt=oldest).count() == 0


def test_tell__leaves_no_order_to_the_payment_gateway():
    unpaid = Order.objects.exclude(status=Order.Status.PAID)
    assert unpaid.count() > 0
    assert unpaid.filter(created_at__gt=timezone.now() - timedelta(hours=25)).count() == 0


def test_settle__leaves_no_young_order_unpaid():
    end = timezone.now()
    for number in range(200):
        order = Order(created_at=end - timedelta(hours=3))
        settle(Random(number), order, end, pays_later=False)
        assert order.is_paid


@pytest.mark.parametrize("model", TABLES)
def test_rows__hold_what_their_fields_allow(model):
    for row in model.objects.all()[:1500]:
        # a NULL that forms may not leave empty is the package's own way to say "none"
        row.clean_fields(exclude=[field.name for field in row._meta.fields if field.null])


def test_rows__have_the_keys_that_the_package_would_give():
    for row in OutboxEvent.objects.all()[:500]:
        assert row.key == outbox_key(pixel("default").pixel_id, row.event_name, row.event_id)
    for row in sales():
        assert row.event_id == identity.event_id(row.order_key, "Purchase")


def test_payloads__are_meta_s_and_gone_after_two_days():
    kept = OutboxEvent.objects.exclude(payload="")
    assert kept.count() > 100
    assert not kept.filter(settled_at__lt=timezone.now() - timedelta(hours=50)).exists()
    assert not OutboxEvent.objects.filter(payload="", redacted_at=None).exists()
    for row in kept[:300]:
        payload = json.loads(row.payload)
        assert (payload["event_name"], payload["event_id"]) == (row.event_name, row.event_id)
        assert set(row.match_keys.split()) == set(payload["user_data"])


def test_rows__hold_no_plain_customer_data():
    for column in ("payload", "notes", "match_keys"):
        assert not OutboxEvent.objects.filter(**{f"{column}__contains": "buyer-"}).exists()
    assert all(email.endswith("@example.org") for email in Order.objects.values_list("email", flat=True))


def test_orders__each_paid_one_has_its_event_and_no_other_has():
    paid = {identity.order_key(Order, pk) for pk in Order.objects.filter(status="paid").values_list("pk", flat=True)}
    assert set(sales().values_list("order_key", flat=True)) == paid


def test_orders__and_their_events_agree_on_the_money():
    paid = Order.objects.filter(status="paid").aggregate(sum=Sum("total"))["sum"]
    assert sales().aggregate(sum=Sum("value"))["sum"] == paid
    order = Order.objects.filter(status="paid").first()
    assert order.total == sum(line.amount for line in order.lines.all())
    assert sales().get(order_key=identity.order_key(Order, order.pk)).value == order_adapter(Order).value(order)


def test_orders__are_told_with_the_consent_of_their_buyers():
    states = dict(CheckoutContext.objects.values_list("key", "consent_state"))
    assert all(states[row.order_key] == row.consent_state for row in sales())
    refused = sales().exclude(consent_state="granted")
    assert refused.count() > 20
    assert set(refused.values_list("status", flat=True)) == {"skipped"}
    assert not refused.exclude(payload="").exists()


def test_orders__some_are_paid_later_than_placed():
    waits = [order.paid_at - order.created_at for order in Order.objects.filter(status="paid")]
    assert min(waits) == timedelta(0)
    assert sum(wait > timedelta(seconds=7) for wait in waits) > 10


def test_consent__is_granted_by_about_seventy_percent():
    states = Counter(CheckoutContext.objects.values_list("consent_state", flat=True))
    assert 0.55 < states["granted"] / states.total() < 0.85
    assert set(states) == {"granted", "denied", "unknown", "limited"}


def test_pages__thin_out_along_the_funnel():
    counts = [line.sent for name in PAGE_FUNNEL for line in health().events if line.event_name == name]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == len(PAGE_FUNNEL)
    assert counts[0] > 3 * counts[2]


def test_days__are_quiet_at_night_and_full_in_the_evening():
    hours = Counter(timezone.localtime(at).hour for at in OutboxEvent.objects.values_list("event_time", flat=True))
    assert sum(hours[hour] for hour in range(1, 5)) * 5 < sum(hours[hour] for hour in range(18, 22))


def test_match_keys__are_mixed():
    keys = [row.match_keys.split() for row in sales().filter(status="sent")]
    with_phone = sum("ph" in each for each in keys) / len(keys)
    assert 0.2 < with_phone < 0.5
    assert any("fbc" in each for each in keys)
    assert not all("fbc" in each for each in keys)
    assert health().match_keys.orders > health().match_keys.pages


def test_delivery__takes_a_second_or_two_and_sometimes_longer():
    rows = OutboxEvent.objects.filter(status="sent", attempts=1)
    delays = sorted((row.sent_at - row.event_time).total_seconds() for row in rows)
    assert 0.5 < delays[len(delays) // 2] < 3
    assert delays[-1] > 20
    assert min(delays) > 0


def test_attempts__name_the_rows_they_failed_with():
    failed = DeliveryAttempt.objects.exclude(kind="delivered")
    assert {attempt.kind for attempt in failed} == {"denied", "throttled", "unreachable", "rejected"}
    for attempt in failed:
        assert len(attempt.events) == attempt.batch_size
        assert OutboxEvent.objects.filter(pk__in=attempt.events).count() == attempt.batch_size
    taken = DeliveryAttempt.objects.filter(kind="delivered").aggregate(sum=Sum("batch_size"))["sum"]
    assert taken == OutboxEvent.objects.filter(status="sent").count()


@pytest.mark.parametrize("name", ["7d", "28d"])
def test_dashboard__has_something_to_say_everywhere(name):
    found = health(name)
    assert found.orders.sent > 20
    assert found.orders.withheld > 0
    assert found.orders.lost > 0
    assert found.orders.money_sent[0].currency == "EUR"
    assert found.order_overlap.level == "good"
    assert found.page_overlap.share.percent > 90
    assert found.skipped
    assert found.failures
    assert found.healthy_since
    assert all(line.sides.total for line in found.events)
    assert sum(part.sides.total > 0 for part in found.parts) >= len(found.parts) - 1


def test_dashboard__names_the_three_bad_days_by_their_numbers():
    """And nothing else. Once they have left the period they are gone."""
    named = {problem.kind: problem for problem in health("28d").problems}
    assert set(named) == {"reused", "late", "blocked"}
    told = BrowserReceipt.objects.filter(event_id=chapter("cached_ids").event_id)
    assert named["reused"].count == told.count() - 1 > 20  # the first one's id was no other's
    missed = OutboxEvent.objects.filter(reason="pair_window_closed", order_key__isnull=False)
    assert named["late"].count == missed.count()
    assert named["late"].money[0].amount == missed.aggregate(sum=Sum("value"))["sum"]
    wave = chapter("ad_blockers")
    assert abs(wave.began_at - named["blocked"].since) < timedelta(
        days=3
    )  # by chance some blocked it before, or not yet
    assert named["blocked"].percent > 2 * named["blocked"].before
    assert named["blocked"].count > 5
    assert {problem.kind for problem in health("7d").problems} <= {"blocked"}
    assert health("24h").problems == ()
    assert health("7d").waiting.count == 0


def test_orders_page__has_the_month_with_what_became_of_each(admin_client, capi):
    capi(TRACK_SINCE=demo_settings.CAPI_TRACKING.get("TRACK_SINCE"))
    url, following = reverse("admin:capi_tracking_reconciliation_changelist"), "?period=28d"
    outcomes, lines = Counter(), []
    while following:
        page = admin_client.get(url + following).context
        outcomes, following = outcomes + page["report"].outcomes, page["following"]
        lines += page["lines"]
    told = Counter(sales().values_list("status", flat=True))
    assert outcomes.total() == len(lines) == sales().count() > 100
    assert (outcomes[Outcome.SENT], outcomes[Outcome.LOST]) == (told["sent"], told["dead"])
    assert outcomes[Outcome.WITHHELD] + outcomes[Outcome.BROWSER_ONLY] == told["skipped"]
    assert all(line.number and line.outcome and line.why for line in lines)
    assert all(line.judgement.told for line in lines)  # nothing is missing
    assert not {line.judgement.kind for line in lines} & {DifferenceKind.DRIFT, DifferenceKind.UNPAID}


def test_comparison__of_every_hour_finds_nothing_to_mend_in_the_month(capi):
    capi(TRACK_SINCE=demo_settings.CAPI_TRACKING.get("TRACK_SINCE"))
    before = health("28d").problems
    report = reconcile(28, mends=True)
    assert (report.sales, report.mended.total()) == (sales().count(), 0)
    assert health("28d").problems == before


def test_cached_ids__are_receipts_of_one_id_from_many_visitors():
    cached = chapter("cached_ids")
    receipts = metrics.find_receipts(BrowserReceipt.objects.all(), cached.event_id)
    assert receipts.values("visitor_key").distinct().count() > 10
    row = OutboxEvent.objects.get(event_id=cached.event_id)
    assert len({receipt.visitor_key for receipt in metrics.story(row).receipts}) > 10
    shared = BrowserReceipt.objects.values("key").annotate(visitors=Count("visitor_key")).filter(visitors__gt=1)
    assert [each["key"] for each in shared] == [row.key]
    assert (cached.events > 10, cached.money > 0) == (True, True)


def test_dead_token__is_a_refusal_after_which_all_was_sent_late():
    token = chapter("dead_token")
    denied = next(failure for failure in health().failures if failure.kind == "denied")
    assert (denied.code, denied.requests) == (190, 3)
    waited = OutboxEvent.objects.filter(created_at__gte=token.began_at, created_at__lt=token.ended_at)
    sendable = waited.filter(consent_state="granted")
    assert set(sendable.values_list("status", flat=True)) <= {"sent", "skipped"}
    late = sendable.filter(status="sent", sent_at__gt=token.ended_at)
    assert late.count() == token.events
    assert late.filter(order_key__isnull=False).aggregate(sum=Sum("value"))["sum"] == token.money > Decimal(0)
    assert timedelta(hours=47) < late.latest("sent_at").sent_at - sendable.earliest("event_time").event_time


def test_dead_token__leaves_the_first_pairs_to_the_browser():
    token = chapter("dead_token")
    closed = OutboxEvent.objects.filter(reason="pair_window_closed")
    assert 0 < closed.count() == token.missed
    assert {row.pair for row in metrics.with_pair(closed)} == {Pair.BROWSER}
    assert not metrics.in_pair_state(OutboxEvent.objects.all(), Pair.LATE).exists()


def test_ad_blockers__raise_what_the_server_alone_knows():
    wave = chapter("ad_blockers")
    blocked = BrowserReceipt.objects.filter(state=BrowserState.BLOCKED, created_at__gte=wave.began_at)
    assert blocked.filter(event_name="Purchase").count() >= wave.sales > 0
    assert wave.money > 0
    before, after = share_from_server("28d", until=wave.began_at), share_from_server("28d", since=wave.began_at)
    assert after > 1.5 * before


def share_from_server(name, *, since=None, until=None):
    parts = [part for part in health(name).parts if in_span(part.start, since, until)]
    return sum(part.sides.server_only for part in parts) / sum(part.sides.total for part in parts)


def in_span(start, since, until):
    return (since is None or start >= since) and (until is None or start + timedelta(days=1) < until)


def test_meta__told_each_morning_what_the_two_sides_had_sent_by_then():
    asked = QualityFetch.objects.order_by("started_at")
    assert 26 <= asked.count() <= 28
    assert {each.problem for each in asked} == {""}
    last = QualitySnapshot.objects.filter(
        day=timezone.localtime(asked.last().started_at).date(), event_name="Purchase"
    ).get()
    sent = OutboxEvent.objects.filter(
        event_name="Purchase", sent_at__gte=last.counted_since, sent_at__lt=last.counted_until
    )
    assert (last.server_count, last.our_count) == (sent.count(), sent.count())
    assert 5 < last.score <= 10
    assert last.coverage > 90
