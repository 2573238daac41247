"""``capi_reconcile`` and its task."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from capi_tracking import tasks
from capi_tracking.models import OutboxEvent, Reconciliation, Status
from demo_project.shop.models import Order
from tests.factories import CheckoutContextFactory
from tests.reconciliation.faults import FAULTS, key_of, plant, row_of
from tests.sales import new_order, row

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("capi_reconcile", *arguments, stdout=out)
    return out.getvalue()


def sold(ago: timedelta = DAY, **changes: Any) -> Order:
    (order,) = Order.objects.bulk_create([new_order(**({"paid_at": timezone.now() - ago} | changes))])
    return order


def recorded(order: Order, **changes: Any) -> OutboxEvent:
    return OutboxEvent.objects.bulk_create([row_of(order, **changes)])[0]


def test_command__says_what_became_of_the_orders_and_why():
    recorded(sold(total=Decimal("1200.00")))
    recorded(sold(), status=Status.SKIPPED, reason="consent_denied")
    missed = sold()
    told = said()
    assert told.startswith("3 sales of the last 7 days: 1 sent, 1 withheld, 1 lost.\n")
    assert "EUR 1,398.00 in orders, 99.00 of it sent." in told
    assert f"Never recorded: 1\n  {key_of(missed)}" in told
    assert "No consent: 1" in told
    assert "The visitor refused tracking" in told
    assert "EUR 1,200.00 (told EUR 99.00)" in told


def test_command__names_only_the_first_of_each_kind():
    for _ in range(4):
        sold()
    assert said("--list", "3").endswith("  and 1 more\n")
    assert "shop.order" not in said("--list", "0")


def test_command__names_no_customer():
    sold(email="jo@shop.example", last_name="Kite")
    for told in (said(), said("--json")):
        assert "jo@" not in told
        assert "Kite" not in told


def test_command__changes_nothing_by_itself():
    sold()
    said()
    assert not OutboxEvent.objects.exists()


def test_command__with_fix_records_what_was_missed():
    CheckoutContextFactory(key=key_of(sold()))
    assert "Mended: 1 (pending)." in said("--fix")
    assert row().status == Status.PENDING


def test_command__looks_back_as_far_as_it_is_told(capi):
    sold(20 * DAY)
    assert said("--days", "30").startswith("1 sales of the last 30 days")
    assert said().startswith("0 sales of the last 7 days: none.")
    capi(RECONCILE_DAYS=30)
    assert said().startswith("1 sales of the last 30 days")


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "999999999999"])
def test_command__refuses_days_that_are_none(days):
    with pytest.raises(CommandError):
        said("--days", days)


def test_command__refuses_to_compare_while_tracking_is_off(capi):
    capi(ENABLED=False)
    with pytest.raises(CommandError, match="ENABLED"):
        said()


@pytest.mark.parametrize("each", [0, 2])
def test_command__writes_json_whole(each):
    planted = plant(orders=100, each=each) if each else {}
    found = json.loads(said("--json"))
    assert {each["order_key"]: each["kind"] for each in found["differences"]} == planted
    assert found["days"] == 7
    assert found["counts"]["kinds"] == (dict.fromkeys(FAULTS, each) if each else {})


def test_command__writes_money_as_text_and_times_with_their_zone():
    order = sold(total=Decimal("120.00"))
    recorded(order)
    (found,) = json.loads(said("--json"))["differences"]
    assert (found["value"], Decimal(found["told_value"]), found["told_currency"]) == ("120.00", 99, "EUR")
    assert found["when"] == order.paid_at.astimezone(tz=None).astimezone(timezone.now().tzinfo).isoformat()


def test_task__records_what_was_missed():
    CheckoutContextFactory(key=key_of(sold()))
    tasks.reconcile.run()
    assert row().status == Status.PENDING
    assert Reconciliation.objects.get().is_recording


def test_task__only_compares_where_the_shop_wants_no_more(capi):
    capi(BACKFILL=False, RECONCILE_DAYS=3)
    sold()
    tasks.reconcile.run()
    assert not OutboxEvent.objects.exists()
    run = Reconciliation.objects.get()
    assert run.until - run.since == 3 * DAY


def test_task__ends_in_time_and_goes_on_with_the_next(monkeypatch):
    monkeypatch.setattr(tasks, "BUDGET", timedelta(0))
    CheckoutContextFactory(key=key_of(sold()))
    tasks.reconcile.run()
    assert Reconciliation.objects.get().position
    for _ in range(5):
        tasks.reconcile.run()
    assert Reconciliation.objects.order_by("pk").first().finished_at
