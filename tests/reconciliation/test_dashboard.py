"""What a comparison adds to the dashboard's numbers, and the list behind them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from capi_tracking import metrics
from capi_tracking.metrics import Money, Trouble
from capi_tracking.models import DifferenceKind as Kind
from capi_tracking.models import OrderDifference, OutboxEvent
from capi_tracking.reconciliation import reconcile
from demo_project.shop.models import Order
from tests.factories import OutboxEventFactory, PixelFactory
from tests.reconciliation.faults import key_of, plant, row_of
from tests.sales import new_order

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sold(ago: timedelta = HOUR, **changes: Any) -> Order:
    (order,) = Order.objects.bulk_create([new_order(**({"paid_at": timezone.now() - ago} | changes))])
    return order


def recorded(order: Order, **changes: Any) -> OutboxEvent:
    return OutboxEvent.objects.bulk_create([row_of(order, **changes)])[0]


def health(period: str = "7d", **options: Any) -> metrics.Health:
    return metrics.health(metrics.window(period), **options)


def troubles() -> list[Trouble]:
    return [problem.kind for problem in health().problems]


def test_orders__count_what_was_never_recorded_as_lost():
    recorded(sold())
    sold()
    sold(3 * DAY)
    reconcile(7)
    orders = health().orders
    assert (orders.sent, orders.lost, orders.unrecorded) == (1, 2, 2)
    assert orders.money_lost == (Money(Decimal("198.00"), "EUR"),)
    assert health("24h").orders.unrecorded == 1
    assert {line.event_name: line.lost for line in health().events} == {"Purchase": 2}


def test_orders__count_no_sale_twice_that_was_recorded_since():
    order = sold()
    reconcile(7)
    recorded(order)
    orders = health().orders
    assert (orders.sent, orders.unrecorded) == (1, 0)


def test_orders__count_no_trial_that_was_never_recorded():
    missing = {"order_key": "shop.order:1", "pixel": "default", "kind": Kind.NEVER_RECORDED}
    OrderDifference.objects.create(**missing, event_name="StartTrial", event_time=timezone.now() - HOUR)
    assert health().orders.unrecorded == 0
    assert {line.event_name: line.lost for line in health().events} == {"StartTrial": 1}


def test_orders__count_those_of_a_pixel():
    sold()
    reconcile(7)
    assert health(pixel="default").orders.unrecorded == 1
    assert health(pixel="other").orders.unrecorded == 0


def test_orders__are_those_of_the_comparison_itself():
    """Two ways to the same numbers: by the orders, and by the outbox."""
    plant(orders=100, each=2)
    report = reconcile(7)
    orders, outcomes = health().orders, report.outcomes
    strays = report.kinds[Kind.GONE] + report.kinds[Kind.UNPAID]  # rows of what is no sale any more
    assert orders.sent - strays == outcomes["sent"]
    assert orders.withheld == outcomes["withheld"]
    assert orders.lost == outcomes["lost"]
    assert orders.browser_only == outcomes["browser_only"]
    assert orders.waiting == outcomes["waiting"]


def test_problem__says_how_many_orders_have_no_event():
    sold()
    reconcile(7)
    assert troubles() == [Trouble.UNRECORDED]


def test_problem__says_how_many_orders_the_adapter_fails_on(adapter):
    def fail(self, order):
        raise RuntimeError

    recorded(sold())
    adapter(pixels=fail)
    reconcile(7)
    assert troubles() == [Trouble.UNREADABLE]
    assert health().orders.sent == 1


@pytest.mark.parametrize(("total", "is_told"), [("199.49", False), ("199.51", True)])
def test_problem__is_a_drift_of_more_than_half_a_percent_of_what_was_sent(total, is_told):
    recorded(sold(total=Decimal("100.00")), value=Decimal("100.00"))
    for _ in range(199):
        OutboxEventFactory(sent=True, order_key=None, value=Decimal("100.00"))
    recorded(sold(total=Decimal(total)), value=Decimal("99.00"))
    reconcile(7)
    assert troubles() == [Trouble.DRIFT] * is_told
    assert OrderDifference.objects.filter(kind=Kind.DRIFT).count() == 1


def test_problem__is_a_sale_told_in_another_currency():
    recorded(sold(currency="USD"))
    reconcile(7)
    (problem,) = health().problems
    assert (problem.kind, problem.count, problem.money) == (Trouble.DRIFT, 1, (Money(Decimal("99.00"), "USD"),))


def test_orders__say_when_they_were_last_compared():
    PixelFactory()
    assert health().compared.at is None
    reconcile(7)
    assert timezone.now() - health().compared.at < HOUR


def test_page__names_the_trouble_and_leads_to_the_orders(admin_client):
    PixelFactory()
    sold()
    recorded(sold(total=200))
    reconcile(7)
    page = admin_client.get(reverse("admin:capi_tracking_dashboard_changelist")).text
    assert "1 paid order has no event: EUR 99." in page
    assert "1 of the lost was never recorded." in page
    assert "1 order is worth something else by now than Meta was told: EUR 101." in page
    assert "Compared with the shop" in page
    listed = reverse("admin:capi_tracking_orderdifference_changelist")
    assert listed in page
    assert admin_client.get(listed).status_code == 200


def test_list__shows_both_values_and_leads_to_the_event(admin_client):
    order = sold(total=Decimal("1200.00"))
    recorded(order)
    reconcile(7)
    address = reverse("admin:capi_tracking_orderdifference_changelist")
    page = admin_client.get(address, {"kind": "drift"})
    (shown,) = page.context["cl"].result_list
    assert shown.order_key == key_of(order)
    assert "EUR 1,200.00" in page.text
    assert "EUR 99.00" in page.text
    assert "/outboxevent/?q=shop.order" in page.text
    assert reverse("admin:shop_order_change", args=[order.pk]) in page.text
    assert page.context["cl"].get_filters(page.wsgi_request)[0][0].lookup_choices[-1][0] == "unpaid"
    assert admin_client.get(reverse("admin:capi_tracking_orderdifference_change", args=[shown.pk])).status_code == 200


def test_list__names_an_order_that_has_no_page_of_its_own(admin_client):
    OrderDifference.objects.create(
        order_key="crm.deal:7", event_name="Lead", kind=Kind.NEVER_RECORDED, event_time=timezone.now()
    )
    page = admin_client.get(reverse("admin:capi_tracking_orderdifference_changelist")).text
    assert "crm.deal:7" in page
    assert "q=crm.deal" not in page


def test_list__costs_the_same_for_many_rows(admin_client, django_assert_max_num_queries):
    for _ in range(60):
        sold()
    reconcile(7)
    with django_assert_max_num_queries(6):
        admin_client.get(reverse("admin:capi_tracking_orderdifference_changelist"))


def test_list__needs_its_own_permission(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("staff", is_staff=True))
    assert client.get(reverse("admin:capi_tracking_orderdifference_changelist")).status_code == 403
