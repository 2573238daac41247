"""What staff see and do beside the lists: events by hand, failures, pairs, orders, pixels."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics, readiness
from capi_tracking.admin.dashboard.sheets import cell
from capi_tracking.admin.hands import FEW
from capi_tracking.admin.pages import reconciliations
from capi_tracking.models import BrowserState, OutboxEvent, Pixel, Reconciliation, Status
from capi_tracking.reconciliation import reading
from capi_tracking.sandbox import Sandbox
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.factories import (
    BrowserReceiptFactory,
    CheckoutContextFactory,
    DeliveryAttemptFactory,
    OutboxEventFactory,
    PixelFactory,
)
from tests.reconciliation.faults import FAULTS, key_of, plant, row_of
from tests.sales import new_order

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EVENTS = reverse("admin:capi_tracking_outboxevent_changelist")
FAILURES = reverse("admin:capi_tracking_outboxevent_failures")
ORDERS = reverse("admin:capi_tracking_reconciliation_changelist")
EVIL = '"><b>zq9</b>'


def hidden(page: str) -> dict[str, list[str]]:
    """What the question's form would send."""
    form = page[page.index("capi-ask") :].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("capi-page") :])).split())


def statuses() -> dict[str, int]:
    found: dict[str, int] = {}
    for status in OutboxEvent.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


# -- events by hand ------------------------------------------------------------------------------------------------


def test_many_events__are_tried_again_after_a_question_that_tells_their_worth(admin_client):
    for number in range(FEW + 1):
        OutboxEventFactory(status=Status.DEAD, reason="rejected_1", event_id=f"dead{number}", value=Decimal(10))
    late = OutboxEventFactory(status=Status.DEAD, deadline_at=timezone.now() - DAY)
    everything = {"action": "retry", "select_across": "1", "index": "0", "_selected_action": late.pk}
    question = admin_client.post(f"{EVENTS}?status__exact=dead", everything)
    assert "Chosen 12 events It changes 11 events" in words(question.text)
    assert "EUR 110" in words(question.text)
    assert statuses() == {Status.DEAD: 12}
    OutboxEventFactory(status=Status.DEAD, event_id="came-since")
    admin_client.post(f"{EVENTS}?status__exact=dead", hidden(question.text))
    assert statuses() == {Status.PENDING: 11, Status.DEAD: 2}
    assert {entry.change_message for entry in LogEntry.objects.all()} == {"Tried again"}


def test_released__events_of_another_environment_go_on_in_this_one(admin_client, capi):
    capi(ENVIRONMENT="live")
    held = OutboxEventFactory(status=Status.HELD, reason="other_environment", environment="copy", due_at=None)
    admin_client.post(EVENTS, {"action": "release", "_selected_action": held.pk})
    held.refresh_from_db()
    assert (held.status, held.environment, held.reason) == (Status.PENDING, "live", "")
    assert LogEntry.objects.get().change_message == "Released"


def test_exported__events_are_a_sheet_without_formulas_and_customers(staff):
    OutboxEventFactory(event_id="=1+1", order_key="@shop", value=Decimal("5.00"), email_key="0123456789abcdef")
    chosen = {"action": "export", "_selected_action": OutboxEvent.objects.get().pk}
    client = staff("view_outboxevent", "export_outboxevent")
    text = client.post(EVENTS, chosen).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["event_id"], row["order_key"], row["value"]) == ("'=1+1", "'@shop", "5.0000")
    assert "0123456789abcdef" not in text
    assert "user_data" not in text
    assert LogEntry.objects.get().change_message == "Exported"


def test_exported__by_nobody_without_the_permission_for_it(staff):
    OutboxEventFactory()
    client = staff("view_outboxevent", "change_outboxevent")
    answer = client.post(EVENTS, {"action": "export", "_selected_action": OutboxEvent.objects.get().pk})
    assert "text/csv" not in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("=A1", "'=A1"),
        ("+49", "'+49"),
        ("-x", "'-x"),
        ("\t=1", "'\t=1"),
        ("\uff1dA1", "'\uff1dA1"),
        (-3, -3),
        ("plain", "plain"),
        (None, None),
    ],
)
def test_cell__is_never_a_formula(given, shown):
    assert cell(given) == shown


# -- failures ------------------------------------------------------------------------------------------------------


def failed(count=1, **values):
    return [
        OutboxEventFactory(**({"status": Status.DEAD, "reason": "rejected_2804019"} | values)) for _ in range(count)
    ]


def test_failures__stand_in_groups_with_their_worth_and_advice(admin_client):
    failed(3, value=Decimal(20))
    failed(2, currency="USD", value=Decimal(5))
    failed(event_name="AddToCart", reason=EVIL)
    failed(status=Status.EXPIRED, reason="too_old", deadline_at=timezone.now() - timedelta(minutes=1))
    OutboxEventFactory(sent=True)
    DeliveryAttemptFactory(denied=True)
    page = admin_client.get(FAILURES).text
    told = words(page)
    assert "dead 5 Purchase · EUR 60, USD 10 It was not sent" in told
    assert "Trying again sends the same contents" in told
    assert "expired 1 Purchase" in told
    assert "denied, HTTP 401, code 190" in told
    assert "zq9" in told
    assert EVIL not in page


def test_failures__lead_to_the_very_rows_that_they_count(admin_client):
    failed(3)
    failed(reason="rejected_1")
    page = admin_client.get(FAILURES).text
    counts = {}
    for link, told in re.findall(r'<a href="([^"]+)">(\d+) Purchase[^<]*</a>', page):
        counts[int(told)] = len(admin_client.get(unescape(link)).context["cl"].result_list)
    assert counts == {3: 3, 1: 1}


def test_failures__of_one_group_are_tried_again_and_no_others(admin_client):
    group, others = failed(3), failed(2, reason="rejected_1")
    page = admin_client.get(FAILURES).text
    assert page.count('name="verb" value="retry"') == 2
    asked = {"verb": "retry", "pixel": "default", "event_name": "Purchase", "status": "dead", "reason": group[0].reason}
    question = admin_client.post(f"{FAILURES}?period=28d", asked)
    assert "It changes 3 events" in words(question.text)
    assert statuses() == {Status.DEAD: 5}
    answer = admin_client.post(f"{FAILURES}?period=28d", hidden(question.text), follow=True)
    assert "Tried again: 3 events." in answer.text
    assert {row.pk for row in OutboxEvent.objects.filter(status=Status.DEAD)} == {row.pk for row in others}
    entry = LogEntry.objects.get()
    assert (entry.change_message, entry.object_repr) == ("Tried again", "Purchase, dead rejected_2804019: 3")
    assert admin_client.get(reverse("admin:index")).status_code == 200


def test_failures__are_for_lookers_to_see_and_not_to_touch(staff):
    failed()
    client = staff("view_outboxevent")
    assert 'name="verb"' not in client.get(FAILURES).text
    asked = {
        "verb": "retry",
        "pixel": "default",
        "event_name": "Purchase",
        "status": "dead",
        "reason": "rejected_2804019",
    }
    assert client.post(FAILURES, asked | {"confirmed": "yes"}).status_code == 403
    assert statuses() == {Status.DEAD: 1}


@pytest.mark.parametrize(
    "query",
    [
        "?period=\0",
        "?since=2026-02-31&until=x",
        "?since=0001-01-01&until=9999-12-31",
        "?since=&until=",
        "?period=..",
        "?pixel[]=1",
    ],
)
def test_failures__read_any_address(admin_client, query):
    failed()
    assert admin_client.get(FAILURES + query).status_code == 200
    assert admin_client.post(FAILURES + query, {"verb": "retry", "pixel": "\0"}).status_code == 405


def test_failures__ask_few_queries(admin_client, django_assert_max_num_queries):
    for number in range(10):
        failed(reason=f"rejected_{number}")
    with django_assert_max_num_queries(6):
        admin_client.get(FAILURES)


# -- orders --------------------------------------------------------------------------------------------------------


def sold(ago=DAY, **changes):
    """A paid order of which no signal told."""
    (order,) = Order.objects.bulk_create([new_order(paid_at=timezone.now() - ago, **changes)])
    return order


def test_orders__each_stand_with_what_meta_was_told_or_the_reason(admin_client, monkeypatch):
    monkeypatch.setattr(ShopOrder, "admin_url", lambda self, order: f"/back-office/{order.pk}/")
    sent, refused, missed = (sold(number=name, token=name) for name in ("N-sent", "N-refused", "N-missed"))
    OutboxEvent.objects.bulk_create([row_of(sent), row_of(refused, status=Status.SKIPPED, reason="consent_denied")])
    page = admin_client.get(ORDERS)
    told = words(page.text)
    assert "3 sales in this period 1 sent 1 withheld by choice 1 lost EUR 297 in orders; EUR 99 of it told" in told
    assert re.search(r"N-sent .{10,20} EUR 99 sent events Meta took it\.", told)
    assert re.search(r"N-refused .{10,20} EUR 99 withheld by choice events .* The visitor refused tracking", told)
    assert re.search(r"N-missed .{10,20} EUR 99 lost never recorded", told)
    assert f'href="/back-office/{sent.pk}/"' in page.text
    (only,) = admin_client.get(ORDERS, {"show": "lost"}).context["lines"]
    assert only.number == "N-missed"
    assert not OutboxEvent.objects.filter(order_key=key_of(missed)).exists()
    assert not Reconciliation.objects.exists()


def test_orders__of_every_fault_are_named_by_the_page_as_by_the_comparison(admin_client):
    planted = plant(20, 1)
    shown = {}
    for line in admin_client.get(ORDERS, {"show": "differences"}).context["lines"]:
        shown[line.judgement.place.order_key] = line.judgement.kind
    assert shown == planted
    assert len(shown) == len(FAULTS)


def test_orders__come_in_pages_that_go_on_where_the_last_one_ended(
    admin_client, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(reading, "SIZE", 3)
    monkeypatch.setattr(reading, "ENOUGH", 3)
    orders = [sold(number=f"N{n}", token=f"t{n}") for n in range(7)]
    found, address = [], ORDERS
    while address:
        with django_assert_max_num_queries(12):
            page = admin_client.get(address)
        found += [line.number for line in page.context["lines"]]
        address = page.context["following"] and ORDERS + page.context["following"]
    assert found == [order.number for order in orders]


def test_orders__that_are_missing_are_recorded_after_a_dry_run(admin_client):
    missed = sold(number="N-missed")
    CheckoutContextFactory(key=key_of(missed))
    sold(ago=20 * DAY, number="N-old", token="old")
    question = admin_client.post(f"{ORDERS}?period=28d", {"backfill": "1"})
    told = words(question.text)
    assert "2 sales of" in told
    assert "1 paid order has no event, and Meta would still take it." in told
    assert "EUR 99 N-missed" in told
    assert not OutboxEvent.objects.exists()
    answer = admin_client.post(f"{ORDERS}?period=28d", hidden(question.text), follow=True)
    assert re.search(r"2 orders were put right \(1 skipped: consent_unknown, 1 pending\)\.", answer.text)
    assert OutboxEvent.objects.get(order_key=key_of(missed)).source == "reconcile"
    assert LogEntry.objects.get().change_message == "Recorded what was missing"
    again = admin_client.post(f"{ORDERS}?period=28d", {"backfill": "1"})
    assert 'name="confirmed"' not in again.text


def test_orders__a_backfill_that_takes_too_long_is_gone_on_with(admin_client, monkeypatch):
    monkeypatch.setattr("capi_tracking.orders.between.BATCH", 1)
    monkeypatch.setattr(reconciliations, "BUDGET", timedelta(0))
    keys = [key_of(sold(number=f"N{n}", token=f"t{n}")) for n in range(3)]
    record = {"backfill": "1", "confirmed": "yes"}
    answer = admin_client.post(ORDERS, record, follow=True)
    assert "press it again" in answer.text
    assert [row.order_key for row in OutboxEvent.objects.all()] == keys[:1]
    admin_client.post(ORDERS, record)
    assert [row.order_key for row in OutboxEvent.objects.order_by("pk")] == keys[:2]
    assert Reconciliation.objects.get().is_recording


def test_orders__are_for_lookers_to_see_and_not_to_record(staff):
    sold()
    client = staff("view_reconciliation", "view_outboxevent", "change_outboxevent")
    assert 'name="backfill"' not in client.get(ORDERS).text
    assert client.post(ORDERS, {"backfill": "1", "confirmed": "yes"}).status_code == 403
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=W10:1:x", "show=zq9", "period=1999-01-01..2999-01-01", "since=2026-13-01", "show=\0&after=\0"],
)
def test_orders__read_any_address(admin_client, query):
    sold(number=EVIL[:20])
    page = admin_client.get(f"{ORDERS}?{query}")
    assert page.status_code == 200
    assert "<b>" not in page.text
    assert admin_client.post(f"{ORDERS}?{query}", {"other": "1"}).status_code == 405


def test_orders__whose_adapter_fails_are_told_of_and_spoil_no_page(admin_client, monkeypatch):
    def broken(self, order):
        raise RuntimeError(EVIL)

    sold()
    monkeypatch.setattr(ShopOrder, "admin_url", broken)
    assert admin_client.get(ORDERS).status_code == 200
    monkeypatch.setattr(ShopOrder, "worth", broken)
    monkeypatch.setattr(ShopOrder, "events", broken)
    assert "the adapter failed: RuntimeError" in words(admin_client.get(ORDERS).text)


# -- pixels --------------------------------------------------------------------------------------------------------


def pixel_page(**values):
    return reverse("admin:capi_tracking_pixel_change", args=[PixelFactory(**values).pk])


@pytest.fixture
def graph(capi):
    with Sandbox(pixels=["1234567890"], token="test-token") as running:
        capi(GRAPH_URL=running.url, TRANSPORT="capi_tracking.transports.graph.GraphTransport")
        yield running


def test_pixel__tells_its_state_its_settings_without_secrets_and_its_latest_requests(admin_client):
    address = pixel_page(state="paused", paused_reason=f"denied 190 {EVIL}", paused_at=timezone.now())
    OutboxEventFactory(status=Status.HELD, reason="denied_190", value=Decimal(30))
    attempt = DeliveryAttemptFactory(denied=True, message=EVIL)
    DeliveryAttemptFactory(pixel="another", trace_id="not-this-one")
    page = admin_client.get(address).text
    told = words(page)
    assert "paused Nothing is sent to it since" in told
    assert "1 event waits, 1 of them held, EUR 30 in orders" in told
    assert "Pixel id 1234567890 Access token set" in told
    assert attempt.trace_id in told
    assert "not-this-one" not in told
    assert "test-token" not in page
    assert EVIL not in page


def test_pixel__is_paused_for_a_reason_and_resumed(admin_client):
    address = pixel_page()
    admin_client.post(address, {"pause": "1", "reason": "price list\nis wrong " + "x" * 500})
    assert Pixel.objects.get().paused_reason.startswith("Paused by admin. price list is wrong xxx")
    admin_client.post(address, {"resume": "1"})
    assert Pixel.objects.get().state == "open"
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["Paused", "Resumed"]


def test_pixel__connection_is_checked_without_an_event(admin_client, graph, capi):
    address = pixel_page()
    assert "would take events with this token" in admin_client.post(address, {"check": "1"}, follow=True).text
    assert graph.events == []
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "an-old-one"}})
    refused = admin_client.post(address, {"check": "1"}, follow=True).text
    assert "Meta refuses the token or the pixel." in refused
    assert "Code 190" in refused
    assert "an-old-one" not in refused
    capi(GRAPH_URL="http://127.0.0.1:1")
    assert "Meta gave no usable answer." in admin_client.post(address, {"check": "1"}, follow=True).text
    capi(GRAPH_URL="http://graph.example")
    assert "GRAPH_URL must begin with https" in admin_client.post(address, {"check": "1"}, follow=True).text
    assert Pixel.objects.get().state == "open"


def test_pixel__a_test_event_goes_with_a_code_that_is_forgotten_after_an_hour(admin_client, graph, time_machine):
    address = pixel_page()
    for code in ("", "no code", "=1+1", "\0"):
        assert "Give the code" in admin_client.post(address, {"test": "1", "code": code}, follow=True).text
    assert graph.events == []
    page = admin_client.post(address, {"test": "1", "code": " TEST123 "}, follow=True).text
    assert "Meta took CapiTrackingTest." in page
    (event,) = graph.events
    assert (event["event_name"], event["batch"]["test_event_code"]) == ("CapiTrackingTest", "TEST123")
    assert 'value="TEST123"' in page
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert "TEST123" not in admin_client.get(address).text
    assert not OutboxEvent.objects.exists()
    assert LogEntry.objects.get().change_message == "Sent a test event: delivered"


def test_pixel__that_left_the_settings_has_a_page(admin_client, capi):
    address = pixel_page(alias="old")
    OutboxEventFactory(pixel="old")
    assert "It is not in the settings any more" in admin_client.get(address).text
    for verb in ("check", "test", "pause", "resume"):
        assert admin_client.post(address, {verb: "1", "code": "TEST1"}).status_code == 302
    assert admin_client.post(address, {"other": "1"}).status_code == 405


@pytest.mark.parametrize("verb", ["pause", "resume", "check", "test"])
def test_pixel__is_for_lookers_to_see_and_not_to_touch(staff, graph, verb):
    address = pixel_page()
    client = staff("view_pixel", "change_outboxevent")
    assert f'name="{verb}"' not in client.get(address).text
    assert client.post(address, {verb: "1", "code": "TEST1"}).status_code == 403
    assert graph.events == []


# -- pairs ---------------------------------------------------------------------------------------------------------

OVERLAP = reverse("admin:capi_tracking_outboxevent_overlap")
HANDED, BLOCKED, UNSURE = BrowserState.HANDED_OVER, BrowserState.BLOCKED, BrowserState.UNKNOWN


def sale(name, *, receipt=None, detail="", visit=False, **values):
    row = OutboxEventFactory(**({"sent": True, "event_id": name, "order_key": f"shop.order:{name}"} | values))
    if receipt is not None:
        BrowserReceiptFactory(row=row, state=receipt, detail=detail, changed_at=row.created_at)
    if visit:
        CheckoutContextFactory(key=row.order_key)


@pytest.fixture
def one_of_each_cause():
    """Sales that are called as the cause of their having no pair, and one that has a pair."""
    days_ago = timezone.now() - 3 * DAY
    sale("paired", receipt=HANDED)
    sale("policy", receipt=BLOCKED, detail="policy")
    sale("broken", receipt=BLOCKED, detail="threw")
    sale("blocked", receipt=BLOCKED, detail="no_call_method")
    sale("left", receipt=UNSURE, detail="left")
    sale("no_page", visit=True)
    sale("no_visit")
    sale("late", receipt=HANDED, event_time=days_ago, sent_at=timezone.now())
    sale("waiting", receipt=HANDED, sent=False)
    sale("held", receipt=HANDED, sent=False, status=Status.HELD)
    sale("lost", receipt=HANDED, sent=False, status=Status.DEAD)
    sale("closed", receipt=HANDED, skipped=True, sent=False, reason="pair_window_closed")
    sale("withheld", receipt=HANDED, skipped=True, sent=False)


def test_overlap__names_the_likely_cause_of_each_order_without_a_pair(admin_client, one_of_each_cause):
    sale("neither", sent=False)
    sale("at-the-till", action_source="physical_store")
    OutboxEventFactory(sent=True, page=True)
    page = admin_client.get(OVERLAP)
    causes = {each.order_key.removeprefix("shop.order:"): each.cause for each, *_ in page.context["lines"]}
    assert causes == {cause: cause for cause in metrics.Cause.values}
    told = words(page.text)
    assert "14 % paired Browsers told of 7 orders; the server's copy met 1 of them" in told
    assert "6 more came from the server alone" in told
    assert "Let capi_tracking.csp extend the policy." in told
    (only,) = admin_client.get(OVERLAP, {"cause": "policy"}).context["lines"]
    assert only[0].order_key == "shop.order:policy"


def test_overlap__agrees_with_the_dashboard(admin_client, one_of_each_cause):
    health = metrics.health(metrics.window("7d"))
    pairing = metrics.pairing(metrics.window("7d"), using="default")
    assert pairing.overlap == health.order_overlap
    assert pairing.server_only == health.one_sided.server_only


def test_overlap__looks_through_a_bounded_number_in_few_queries(
    admin_client, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("capi_tracking.metrics.pages.unpaired.MOST_SCANNED", 2)
    for number in range(4):
        sale(f"s{number}", event_time=timezone.now() - timedelta(minutes=number))
    with django_assert_max_num_queries(9):
        page = admin_client.get(OVERLAP)
    assert [each.order_key for each, *_ in page.context["lines"]] == ["shop.order:s0", "shop.order:s1"]
    assert "Only the newest events were looked through" in page.text


@pytest.mark.parametrize("query", ["cause=x", "cause=\0", "period=9..9", "since=x", "cause[]=1"])
def test_overlap__reads_any_address(admin_client, query):
    sale("lost", sent=False, receipt=HANDED, order_key=EVIL)
    page = admin_client.get(f"{OVERLAP}?{query}")
    assert page.status_code == 200
    assert EVIL not in page.text


# -- one event -----------------------------------------------------------------------------------------------------


def test_event__leads_to_its_order_tells_what_was_given_back_and_what_would_match_better(admin_client, monkeypatch):
    monkeypatch.setattr(ShopOrder, "admin_url", lambda self, order: f"/back-office/{order.pk}/")
    order = sold(number="N-1")
    values = {"order_key": key_of(order), "refunded": Decimal("9.90"), "key_bits": readiness.bits_of(["em", "fbp"])}
    event = OutboxEventFactory(**values, refused_bits=readiness.bits_of(["ph"]), notes="ph: not a phone number")
    page = admin_client.get(reverse("admin:capi_tracking_outboxevent_change", args=[event.pk])).text
    told = words(page)
    assert f'<a href="/back-office/{order.pk}/">N-1</a>' in page
    assert "EUR 9.90 of it given back by now" in told
    assert "Refused phone" in told
    assert "What would raise the match" in told
    assert "phone +12 points Given, but unusable (not a phone number)" in told


def test_event__of_an_order_that_is_gone_says_its_key(admin_client):
    event = OutboxEventFactory(order_key="shop.order:99999999999999999999999")
    for key in ("shop.order:x", "no.model:1", ":", "shop.order:\u0661", event.order_key):
        OutboxEvent.objects.update(order_key=key)
        page = admin_client.get(reverse("admin:capi_tracking_outboxevent_change", args=[event.pk]))
        assert page.status_code == 200
        assert key in words(page.text)
