"""An order's life beyond its purchase: trials, subscriptions, renewals."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking.events import CustomData
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import OrderEvent, purchase_islands
from tests.sales import add_line, new_order, row, stock

pytestmark = pytest.mark.django_db
TRIAL = {"status": "new"}


def told():
    return sorted(OutboxEvent.objects.values_list("event_name", "part", "action_source"))


def test_trial__is_told_as_such_and_its_purchase_when_it_is_paid(visitor, adapter):
    adapter(trial_when=TRIAL, created_at="created_at")
    with visitor():
        order = new_order(status="new", paid_at=None, total=Decimal("0.00"))
        order.save()
        assert told() == [("StartTrial", "", "website")]
        assert [island.name for island in purchase_islands(order)] == ["StartTrial"]
        order.status, order.paid_at, order.total = "paid", timezone.now(), Decimal("9.00")
        order.save()
    assert told() == [("Purchase", "", "website"), ("StartTrial", "", "website")]
    values = dict(OutboxEvent.objects.values_list("event_name", "value"))
    assert values == {"StartTrial": 0, "Purchase": 9}


def test_trial__of_long_ago_is_no_trial_of_today(visitor, adapter):
    adapter(trial_when=TRIAL, created_at="created_at")
    with visitor():
        order = new_order(status="new", paid_at=None)
        type(order).objects.bulk_create([order])
        type(order).objects.update(created_at=timezone.now() - timedelta(days=20))
        type(order).objects.get().save()
    assert told() == []


def test_subscription__starts_beside_its_purchase_with_an_id_of_its_own(visitor, adapter):
    adapter(subscribe_when={"country": "DE"}, predicted_ltv=lambda self, order: 120)
    with visitor():
        order = new_order()
        order.save()
        order.save()
    assert told() == [("Purchase", "", "website"), ("Subscribe", "", "website")]
    ids = dict(OutboxEvent.objects.values_list("event_name", "event_id"))
    assert len(set(ids.values())) == 2
    assert {island.name: island.event_id for island in purchase_islands(order)} == ids
    assert all(json.loads(each.payload)["custom_data"]["predicted_ltv"] == 120 for each in OutboxEvent.objects.all())


@pytest.mark.django_db(transaction=True)
def test_subscription__gets_its_lines_in_both_events(visitor, adapter):
    adapter(subscribe_when={"country": "DE"})
    with visitor():
        order = new_order()
        order.save()
        add_line(order, stock())
    found = [json.loads(each.payload)["custom_data"]["num_items"] for each in OutboxEvent.objects.all()]
    assert found == [2, 2]
    assert OutboxEvent.objects.due("default", 0).count() == 2


def test_renewal__is_made_by_the_system_and_has_no_copy_in_a_browser(visitor, adapter):
    adapter(external_id="email")
    with visitor():
        new_order().save()  # the first, by which the person has agreed
    OutboxEvent.objects.update(status=Status.SENT)
    adapter(external_id="email", renewal_when={"street": "renewed"}, subscribe_when={"country": "DE"})
    renewal = new_order(street="renewed")
    renewal.save()
    newest = OutboxEvent.objects.get(order_key=f"shop.order:{renewal.pk}")
    assert (newest.action_source, newest.status, newest.consent_source) == (
        "system_generated",
        Status.PENDING,
        "last_decision",
    )
    with visitor():
        assert purchase_islands(renewal) == []


def test_renewal__of_a_person_who_never_said_anything_is_withheld(adapter):
    adapter(renewal_when={"status": "paid"})
    new_order().save()
    assert (row().reason, row().action_source) == ("consent_unknown", "system_generated")


class Monthly:
    """A shop with one row for a subscription, which is renewed each month."""

    def events(self, order):
        yield OrderEvent(name="Subscribe")
        for number in range(1, order.renewed + 1):
            yield OrderEvent(
                name="Purchase",
                part=f"renewal-{number}",
                at=timezone.now() - timedelta(hours=number),
                action_source="system_generated",
                data=CustomData(value=Decimal(number), currency="EUR"),
            )


def test_events__of_a_row_that_is_renewed_are_each_told_once(visitor, adapter):
    adapter(events=Monthly.events)
    with visitor():
        order = new_order()
        order.renewed = 0
        order.save()
        assert told() == [("Subscribe", "", "website")]
        order.renewed = 2
        order.save()
        order.save()
    assert told() == [
        ("Purchase", "renewal-1", "system_generated"),
        ("Purchase", "renewal-2", "system_generated"),
        ("Subscribe", "", "website"),
    ]
    values = dict(OutboxEvent.objects.values_list("part", "value"))
    assert values == {"": 99, "renewal-1": 1, "renewal-2": 2}
    assert OutboxEvent.objects.values("event_id").distinct().count() == 3
    assert [island.name for island in purchase_islands(order)] == ["Subscribe"]


def test_events__that_are_too_old_are_withheld_each_for_itself(visitor, adapter):
    def events(self, order):
        yield OrderEvent(name="Purchase", part="old", at=timezone.now() - timedelta(days=8))
        yield OrderEvent(name="Purchase", part="new", at=timezone.now() - timedelta(days=1))

    adapter(events=events)
    with visitor():
        new_order().save()
    assert dict(OutboxEvent.objects.values_list("part", "reason")) == {"old": "too_old", "new": ""}


def test_events__that_fail_leave_a_row_that_says_so(visitor, adapter):
    def fail(self, order):
        raise RuntimeError

    adapter(events=fail)
    with visitor():
        new_order().save()
    assert (row().status, row().reason, row().event_name) == (Status.DEAD, "adapter_failed", "Purchase")


def test_events__with_data_that_fails_are_buried_under_their_own_part(visitor, adapter):
    def events(self, order):
        yield OrderEvent(name="Purchase", part="second", data=CustomData(content_name="no value"))

    adapter(events=events)
    with visitor():
        new_order().save()
    assert (row().status, row().reason, row().part) == (Status.DEAD, "invalid_value", "second")
