"""Money that goes back: what was not sent never is, what was is noted, and the reports subtract it."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import purchase_islands
from tests.sales import add_line, new_order, row, stock

pytestmark = pytest.mark.django_db(transaction=True)


def back(self, order):
    """The shop's orders keep it in a field that nothing else here needs."""
    return Decimal(order.street) if order.street[0].isdigit() else None


@pytest.fixture
def order(visitor, adapter):
    adapter(refund=back, cancelled_when={"city": "nowhere"})
    with visitor():
        order = new_order()
        order.save()
        add_line(order, stock())
    return order


def sent():
    OutboxEvent.objects.filter(event_name="Purchase").update(status=Status.SENT, due_at=None, sent_at=timezone.now())


def give_back(order, amount):
    order.street = amount
    order.save()


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.LEASED])
def test_refund__of_all_takes_back_what_was_not_sent(order, status):
    OutboxEvent.objects.update(status=status)
    give_back(order, "99.00")
    assert (row().status, row().reason, row().payload) == (Status.CANCELLED, "refunded", "")
    assert purchase_islands(order) == []


def test_cancellation__takes_back_what_was_not_sent(order):
    order.city = "nowhere"
    order.save()
    assert (row().status, row().reason, row().payload) == (Status.CANCELLED, "order_cancelled", "")


def test_cancellation__that_is_taken_back_tells_the_sale_again(order):
    order.city = "nowhere"
    order.save()
    order.city = "Berlin"
    order.save()
    assert (row().status, row().reason) == (Status.PENDING, "")
    assert json.loads(row().payload)["custom_data"]["num_items"] == 2


def test_cancellation__of_what_is_being_sent_is_not_told_a_second_time(order):
    OutboxEvent.objects.update(status=Status.LEASED, lease_token="a worker's")
    order.city = "nowhere"
    order.save()
    order.city = "Berlin"
    order.save()
    assert (row().status, row().lease_token) == (Status.CANCELLED, "a worker's")


def test_cancellation__before_anything_was_recorded_leaves_a_row_that_says_so(visitor, adapter):
    adapter(cancelled_when={"city": "nowhere"})
    with visitor():
        new_order(city="nowhere").save()
    assert (row().status, row().reason) == (Status.SKIPPED, "order_cancelled")


def test_refund__of_a_part_leaves_the_sale_and_is_noted(order):
    give_back(order, "33.00")
    assert (row().status, row().value, row().refunded) == (Status.PENDING, 99, 33)
    sent()
    give_back(order, "40.00")
    give_back(order, "40.00")
    assert (row().status, row().value, row().refunded) == (Status.SENT, 99, 40)
    assert OutboxEvent.objects.count() == 1, "no event unless the shop asks for one"


def test_refund__is_noted_as_a_share_of_the_value_that_was_told(visitor, adapter, capi):
    capi(VALUE="net")
    adapter(refund=back, tax=lambda self, order: Decimal("9.00"))
    with visitor():
        order = new_order()
        order.save()
    give_back(order, "49.50")
    assert (row().value, row().refunded) == (90, 45)


def test_refund__of_more_than_all_is_all(order):
    sent()
    give_back(order, "150.00")
    assert row().refunded == row().value


def test_reports__subtract_what_was_given_back(order):
    sent()
    give_back(order, "33.00")
    (money,) = metrics.health(metrics.window()).orders.money_sent
    assert money.amount == 66


def test_refund_event__is_told_once_for_each_amount_of_what_was_sent(order, capi):
    capi(REFUND_EVENT="Refund")
    give_back(order, "10.00")
    assert OutboxEvent.objects.count() == 1, "Meta has nothing yet that could be given back"
    sent()
    give_back(order, "30.00")
    give_back(order, "30.00")
    give_back(order, "99.00")
    told = OutboxEvent.objects.filter(event_name="Refund").order_by("pk")
    assert [(each.value, each.part) for each in told] == [(20, "30.00"), (69, "99.00")]
    event = json.loads(told[0].payload)
    assert event["custom_data"] == {"value": 20, "currency": "EUR", "order_id": order.number}
    assert (event["action_source"], "em" in event["user_data"]) == ("system_generated", True)
    assert {island.name for island in purchase_islands(order)} <= {"Purchase"}


def test_refund__that_was_noted_too_high_is_put_right_and_tells_nothing(order, capi):
    capi(REFUND_EVENT="Refund")
    sent()
    give_back(order, "50.00")
    give_back(order, "20.00")
    assert OutboxEvent.objects.get(event_name="Purchase").refunded == 20
    assert list(OutboxEvent.objects.filter(event_name="Refund").values_list("value", flat=True)) == [50]


def test_refund_event__is_no_order_in_the_reports(order, capi):
    capi(REFUND_EVENT="Refund")
    sent()
    give_back(order, "30.00")
    found = metrics.health(metrics.window()).orders
    assert (found.sent, found.waiting) == (1, 0)


def test_refund_event__needs_the_consent_that_the_sale_needs(order, capi, visitor):
    capi(REFUND_EVENT="Refund")
    sent()
    with visitor("denied.1.1767225600"):
        give_back(order, "30.00")
    refund = OutboxEvent.objects.get(event_name="Refund")
    assert (refund.status, refund.reason, refund.payload) == (Status.SKIPPED, "consent_denied", "")


def test_refund__that_the_adapter_can_not_read_costs_neither_order_nor_sale(order, adapter):
    def fail(self, order):
        raise RuntimeError

    adapter(refund=fail)
    order.save()
    assert row().status == Status.PENDING


def test_refund__that_fails_after_the_sale_was_recorded_leaves_the_sale(visitor, adapter):
    def fail_later(self, order):
        if OutboxEvent.objects.exists():
            raise RuntimeError

    adapter(refund=fail_later)
    with visitor():
        new_order().save()
    assert (row().status, row().reason) == (Status.PENDING, "")


def test_refund__of_nothing_asks_nothing(order, django_assert_max_num_queries, adapter):
    def saved():
        with django_assert_max_num_queries(50) as counted:
            order.save()
        return len(counted)

    asked = saved()
    adapter()
    assert saved() == asked
