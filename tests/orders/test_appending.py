"""A customer's worth that is known some days after the sale."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking.exceptions import ImproperlyTracked, InvalidEvent
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import append_value, purchase_islands
from demo_project.shop.models import OrderLine
from tests.sales import new_order, row

pytestmark = pytest.mark.django_db
FOUR_DAYS = timedelta(days=4)


def bought(visitor, *, ago=FOUR_DAYS, status=Status.SENT):
    with visitor():
        order = new_order(paid_at=timezone.now() - ago)
        order.save()
    OutboxEvent.objects.update(status=status, sent_at=timezone.now() - ago, due_at=None)
    return order


def test_append_value__names_the_event_that_it_completes(visitor):
    order = bought(visitor)
    sale = row()
    (told,) = append_value(order, Decimal("250.00"))
    event = json.loads(told.payload)
    assert (event["event_name"], event["custom_data"]) == ("AppendValue", {"predicted_ltv": 250, "currency": "EUR"})
    assert event["original_event_data"] == {
        "event_name": "Purchase",
        "event_id": sale.event_id,
        "event_time": int(sale.event_time.timestamp()),
        "order_id": order.number,
    }
    assert event["event_time"] > int(sale.event_time.timestamp())
    assert event["user_data"]["em"] == json.loads(sale.payload)["user_data"]["em"]
    assert told.event_id != sale.event_id


def test_append_value__goes_within_seven_days_of_the_first_or_not_at_all(visitor):
    order = bought(visitor)
    sale = row()
    append_value(order, Decimal(250))
    assert OutboxEvent.objects.get(event_name="AppendValue").deadline_at == sale.sent_at + timedelta(days=7)


def test_append_value__is_told_once_and_in_no_browser(visitor):
    order = bought(visitor, ago=timedelta(hours=1))
    append_value(order, Decimal(250))
    append_value(order, Decimal(300))
    assert OutboxEvent.objects.filter(event_name="AppendValue").count() == 1
    assert {island.name for island in purchase_islands(order)} == {"Purchase"}


@pytest.mark.parametrize(
    ("ago", "status"),
    [
        (timedelta(days=7), Status.SENT),
        (FOUR_DAYS, Status.PENDING),
        (FOUR_DAYS, Status.SKIPPED),
        (FOUR_DAYS, Status.DEAD),
    ],
)
def test_append_value__of_what_meta_has_not_or_no_more_is_nothing(visitor, ago, status):
    order = bought(visitor, ago=ago - timedelta(minutes=20) if ago < timedelta(days=7) else ago, status=status)
    assert append_value(order, Decimal(250)) == []
    assert OutboxEvent.objects.count() == 1


def test_append_value__needs_the_consent_of_the_sale(visitor):
    order = bought(visitor)
    with visitor("denied.1.1767225600"):
        (told,) = append_value(order, Decimal(250))
    assert (told.status, told.reason) == (Status.SKIPPED, "consent_denied")


@pytest.mark.parametrize("value", [0, -5, None, "plenty"])
def test_append_value__takes_what_is_above_zero(visitor, value):
    order = bought(visitor)
    with pytest.raises(InvalidEvent):
        append_value(order, value)


def test_append_value__is_for_orders():
    with pytest.raises(ImproperlyTracked, match="OrderLine has no order adapter"):
        append_value(OrderLine(), Decimal(1))
