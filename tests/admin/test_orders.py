"""Orders beside what Meta was told, and what is missing recorded."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from capi_tracking.admin.pages import reconciliations
from capi_tracking.models import OutboxEvent, Reconciliation, Status
from capi_tracking.reconciliation import reading
from demo_project.shop.capi import ShopOrder
from tests.admin.reading import DAY, hidden, words
from tests.admin.rows import sold
from tests.factories import (
    CheckoutContextFactory,
)
from tests.reconciliation.faults import FAULTS, key_of, plant, row_of

pytestmark = pytest.mark.django_db
ORDERS = reverse("admin:capi_tracking_reconciliation_changelist")
EVIL = '"><b>zq9</b>'


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
