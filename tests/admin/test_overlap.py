"""The likely cause of each order without a pair."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.models import BrowserState, Status
from tests.admin.reading import DAY, words
from tests.factories import (
    BrowserReceiptFactory,
    CheckoutContextFactory,
    OutboxEventFactory,
)

pytestmark = pytest.mark.django_db
EVIL = '"><b>zq9</b>'
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
