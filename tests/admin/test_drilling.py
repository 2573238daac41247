"""Behind a number of the dashboard stand the rows that it counts, and no others."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.admin.links import rows
from capi_tracking.models import BrowserReceipt, BrowserState, DeliveryAttempt, OutboxEvent, SkipCount, Status
from tests.factories import BrowserReceiptFactory, DeliveryAttemptFactory, OutboxEventFactory

pytestmark = pytest.mark.django_db
TWO_HOURS, THREE_DAYS = timedelta(hours=2), timedelta(days=3)


@pytest.fixture
def shop():
    """Something of everything."""
    long_ago = {"created_at": timezone.now() - TWO_HOURS}
    for page in (False, True):
        for event in (OutboxEventFactory(sent=True, page=page), OutboxEventFactory(sent=True, page=page, is_test=True)):
            BrowserReceiptFactory(row=event)
        late = OutboxEventFactory(sent=True, page=page)
        BrowserReceiptFactory(row=late, created_at=late.sent_at - THREE_DAYS)
        OutboxEventFactory(sent=True, page=page, action_source="phone_call")
        BrowserReceiptFactory(row=OutboxEventFactory(page=page, status=Status.SKIPPED, reason="pair_window_closed"))
        OutboxEventFactory(page=page, status=Status.SKIPPED, reason="too_old", **long_ago)
        OutboxEventFactory(page=page, status=Status.SKIPPED, reason="consent_denied", **long_ago)
        OutboxEventFactory(page=page, status=Status.CANCELLED, reason="by_staff", **long_ago)
        for status in (Status.PENDING, Status.HELD, Status.DEAD, Status.EXPIRED):
            OutboxEventFactory(page=page, status=status, value=Decimal(3), currency="EUR", **long_ago)
    OutboxEventFactory(sent=True, event_time=timezone.now() - timedelta(days=20))


def listed(client, model="outboxevent", **chosen):
    page = client.get(rows(model, **chosen))
    assert page.status_code == 200
    return page.context["cl"].result_count


@pytest.mark.parametrize(("tests", "with_tests"), [("no", False), ("", True)])
def test_list__has_as_many_rows_as_the_number_says(admin_client, shop, tests, with_tests):
    health = metrics.health(metrics.window("7d"), with_tests=with_tests)
    base = {"period": "7d", "tests": tests}
    for outcome, count in {
        "sent": health.orders.sent,
        "withheld": health.orders.withheld,
        "lost": health.orders.lost,
        "left": health.orders.browser_only,
        "waiting": health.orders.waiting,
    }.items():
        assert listed(admin_client, group="orders", outcome=outcome, **base) == count > 0, outcome
    ripe = health.delivered.ripe
    assert listed(admin_client, outcome="undelivered", **base) == ripe.whole - ripe.part > 0
    for line in health.events:
        named = base | {"name": line.event_name}
        recorded = line.sides.browser_only - line.sides.alone
        counts = {"both": line.sides.both, "server": line.sides.server_only, "browser": recorded}
        for side, count in counts.items():
            assert listed(admin_client, side=side, **named) == count > 0, side
        for outcome, count in {"sent": line.sent, "withheld": line.withheld, "lost": line.lost}.items():
            assert listed(admin_client, outcome=outcome, **named) == count > 0, outcome
    sales = next(line for line in health.heat if line.event_name == "Purchase")
    carried = [(key.name, share.part) for key, share in zip(metrics.KEYS, sales.shares, strict=True) if share.part]
    for key, count in carried[:1] + carried[-1:]:
        assert listed(admin_client, name="Purchase", key=key, outcome="sent", **base) == count, key
    for skipped in health.skipped:
        assert listed(admin_client, reason=skipped.reason, **base) == skipped.count, skipped.reason


def behind(client, page, grid):
    """Numbers of that table, with the list that each leads to."""
    for line in client.get(reverse("admin:capi_tracking_dashboard_changelist"), page).context["board"].grids[grid].rows:
        for cell in line:
            if cell.href:
                yield cell.value, client.get(cell.href).context["cl"].queryset


@pytest.mark.parametrize("page", [{}, {"event": "ViewContent"}])
def test_skipped__leads_to_rows_and_to_the_days_counts_for_themselves(admin_client, page):
    OutboxEventFactory(page=True, skipped=True, reason="consent_limited")
    OutboxEventFactory(skipped=True, reason="consent_limited")
    for name, times in (("ViewContent", 3), ("PageView", 4)):
        for _time in range(times):
            SkipCount.objects.add(timezone.localdate(), "default", name, "consent_limited")
    found = list(behind(admin_client, page, "skipped"))
    assert {behind_it.model for _, behind_it in found} == {OutboxEvent, SkipCount}
    for number, behind_it in found:
        is_of_rows = behind_it.model is OutboxEvent
        assert number == (behind_it.count() if is_of_rows else sum(each.count for each in behind_it))


def test_onesided__leads_to_the_sales_of_each_proof(admin_client):
    for number, state in enumerate((BrowserState.BLOCKED, BrowserState.UNKNOWN, None), 1):
        for _time in range(number):
            sale = OutboxEventFactory(sent=True)
            if state is not None:
                BrowserReceiptFactory(row=sale, state=state)
    found = list(behind(admin_client, {}, "onesided"))
    assert sorted(number for number, _ in found) == [1, 2, 3]
    assert [behind_it.count() for _, behind_it in found] == [number for number, _ in found]


@pytest.mark.parametrize("event", ["", "Purchase"])
def test_sides__lead_to_the_events_and_to_the_receipts_without_one(admin_client, shop, event):
    for name in ("Purchase", "ViewContent"):
        first = BrowserReceiptFactory(event_name=name)
        BrowserReceiptFactory(event_name=name, key=first.key, visitor_key="another")
        BrowserReceiptFactory(event_name=name)
        BrowserReceiptFactory(event_name=name, state=BrowserState.BLOCKED)
    for grid in ("sides", "events", "onesided"):
        found = [each for each in behind(admin_client, {"event": event}, grid) if isinstance(each[0], int)]
        assert [number for number, _ in found] == [behind_it.count() for _, behind_it in found], grid
        assert {behind_it.model for _, behind_it in found} == {OutboxEvent, BrowserReceipt}, grid


def test_list__of_attempts_is_that_of_a_code(admin_client):
    kind = DeliveryAttempt.Kind.REJECTED
    for codes in ({"code": 100, "subcode": 33}, {"code": 100}, {}):
        DeliveryAttemptFactory(kind=kind, **codes)
    for line in metrics.health(metrics.window("7d")).failures:
        assert listed(admin_client, "deliveryattempt", kind__exact=kind, code=line.full_code or "none") == 1
    for odd in ("x", "1/x", "/", "9" * 40, "１", "-1"):  # noqa: RUF001
        assert listed(admin_client, "deliveryattempt", code=odd) == 0


def test_list__of_skip_counts_has_those_of_the_days(admin_client):
    today = timezone.localdate()
    for day in (today, today - timedelta(days=40)):
        SkipCount.objects.add(day, "default", "PageView", "bot")
    assert listed(admin_client, "skipcount", period="7d", reason="bot") == 1
    assert listed(admin_client, "skipcount", period=f"{today - timedelta(days=41)}..{today - timedelta(days=39)}") == 1
    assert listed(admin_client, "skipcount", reason="staff") == 0


@pytest.mark.parametrize(
    "chosen",
    [{"outcome": "x"}, {"side": "x"}, {"group": "x"}, {"reason": "<b>"}, {"name": "ü"}, {"key": "zz"}, {"proof": "x"}],
)
def test_list__of_what_nobody_knows_is_empty_and_no_error(admin_client, shop, chosen):
    assert listed(admin_client, **chosen) == 0


def test_filter__of_a_number_stands_beside_the_list_only_while_it_is_chosen(admin_client):
    OutboxEventFactory(sent=True)
    assert "outcome=" not in admin_client.get(reverse("admin:capi_tracking_outboxevent_changelist")).text
    chosen = admin_client.get(rows("outboxevent", outcome="lost", period="2026-01-01..2026-01-03")).text
    assert "By outcome" in chosen
    assert "1 Jan 2026 \N{EN DASH} 3 Jan 2026" in chosen
