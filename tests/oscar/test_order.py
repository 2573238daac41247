"""Oscar's order: when it is a sale, and since when."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from oscar.apps.checkout.signals import post_checkout
from oscar.apps.order.signals import order_placed, order_status_changed
from oscar.test.factories import SourceFactory, create_basket, create_order

from capi_tracking.contrib.oscar import OscarOrder, follow
from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.models import CheckoutContext, OutboxEvent, Status
from capi_tracking.orders import order_adapter, sales_between, shelves
from tests.oscar.shopping import Order, buy, granted, payload, row, stock, visitor

pytestmark = pytest.mark.django_db

PAID = ["Paid", "Shipped"]


def placed(sku="kite-1"):
    """An order that Oscar's own creator placed, outside of a visitor's request."""
    basket = create_basket(empty=True)
    basket.add_product(stock(sku), 2)
    return create_order(basket=basket)


def test_placed_order__is_a_sale_where_oscar_places_what_is_paid():
    placed()
    assert row().event_name == "Purchase"


def test_placed_order__is_no_sale_where_the_money_comes_later(shop):
    shop(paid_statuses=PAID)
    placed()
    assert not OutboxEvent.objects.exists()


def test_paid_order__is_one_sale_when_its_status_says_so(shop):
    shop(paid_statuses=PAID)
    order = buy(visitor(), stock())
    Order.objects.update(date_placed=timezone.now() - timedelta(days=1))
    order.refresh_from_db()
    order.set_status("Paid")
    order.set_status("Shipped")
    assert row().status == Status.PENDING
    assert timezone.now() - row().event_time < timedelta(minutes=1)  # when it was paid, not when it was placed
    assert payload()["user_data"]["client_ip_address"] == "8.8.8.8"  # the buyer's, as kept when it was placed


def test_paid_order__stays_a_sale_after_it_was_cancelled(shop):
    shop(paid_statuses=PAID)
    adapter, order = follow_adapter(), placed()
    assert not adapter.is_purchase(order)
    order.set_status("Paid")
    paid_at = order.status_changes.get().date_created
    order.set_status("Cancelled")
    assert adapter.is_purchase(Order.objects.get())
    assert adapter.event_time(Order.objects.get()) == paid_at


def test_paid_order__was_paid_when_it_was_placed_if_its_first_status_says_so(shop, settings):
    settings.OSCAR_INITIAL_ORDER_STATUS = "Paid"
    shop(paid_statuses=PAID)
    order = placed()
    assert follow_adapter().event_time(order) == order.date_placed
    settings.OSCAR_INITIAL_ORDER_STATUS = "Pending"  # what is the first status of new ones does not change old ones
    order.set_status("Shipped")
    assert follow_adapter().event_time(order) == order.date_placed


def test_signal__of_a_status_that_was_written_past_the_model_makes_the_sale(shop):
    shop(paid_statuses=PAID)
    order = placed()
    Order.objects.update(status="Paid")
    order = Order.objects.get()
    assert not OutboxEvent.objects.exists()
    order_status_changed.send(sender=order, order=order, old_status="Pending", new_status="Paid")
    assert row().status == Status.SKIPPED  # nobody was asked


def test_signal__of_a_placed_order_finds_what_was_written_past_the_model():
    order = Order(number="1", total_incl_tax=9, total_excl_tax=9, currency="EUR", date_placed=timezone.now())
    Order.objects.bulk_create([order])
    order = Order.objects.get()
    assert not OutboxEvent.objects.exists()
    order_placed.send(sender=None, order=order, user=None)
    assert row().order_key == f"order.order:{order.pk}"


def test_signal__after_the_checkout_keeps_the_buyers_request(rf, shop):
    shop(paid_statuses=PAID)
    order = placed()  # by the payment's webhook, perhaps
    request = rf.get("/checkout/done/", REMOTE_ADDR="8.8.8.8", headers={"user-agent": "Safari"})
    request.COOKIES["capi_consent"] = granted()
    post_checkout.send(sender=None, order=order, user=None, request=request, response=None)
    assert CheckoutContext.objects.get().client_ip == "8.8.8.8"
    order.set_status("Paid")
    assert payload()["user_data"]["client_ip_address"] == "8.8.8.8"


def test_signal__that_fails_costs_the_checkout_nothing(shop, caplog):
    shop(is_purchase=lambda self, order: 1 / 0)
    order = placed()
    order.set_status("Paid")
    assert "ZeroDivisionError" in caplog.text
    assert not OutboxEvent.objects.exists()


def found(days: int) -> list[str]:
    """Keys of the sales of the last days, read again."""
    (shelf,) = shelves()
    now = timezone.now()
    batches = list(sales_between(shelf, now - timedelta(days=days), now))
    return [sale.key for _last, seen in batches for each in seen for sale in each.sales]


def test_reading_again__finds_what_was_paid_late(shop):
    shop(paid_statuses=PAID)
    old, unpaid = placed(), placed("kite-2")
    Order.objects.update(date_placed=timezone.now() - timedelta(days=30))
    Order.objects.get(pk=old.pk).set_status("Paid")
    assert found(days=1) == [f"order.order:{old.pk}"]
    assert unpaid.status == "Pending"


def test_reading_again__leaves_out_what_was_placed_before(shop):
    placed()
    Order.objects.update(date_placed=timezone.now() - timedelta(days=30))
    recent = placed("kite-2")
    assert found(days=1) == [f"order.order:{recent.pk}"]


def test_reading_again__asks_for_all_changes_at_once(shop, django_assert_num_queries):
    shop(paid_statuses=PAID)
    for number in range(4):
        placed(f"kite-{number}").set_status("Paid")
    with django_assert_num_queries(4):  # keys, orders, their changes, their payments
        assert len(found(days=1)) == 4


def test_cancelled_order__is_taken_back_while_it_was_not_sent(shop):
    order = buy(visitor(), stock())
    order.set_status("Cancelled")
    assert (row().status, row().reason) == (Status.CANCELLED, "order_cancelled")


def test_refund__of_a_payment_source_takes_the_sale_back_when_all_is_given_back():
    order = buy(visitor(), stock(), quantity=2)
    source = SourceFactory(order=order, amount_allocated=99, amount_debited=99)
    source.refund(Decimal(40))
    assert row().status == Status.PENDING
    source.refund(Decimal(59))
    assert (row().status, row().reason) == (Status.CANCELLED, "refunded")


def test_deleted_product__stays_in_its_orders_lines(shop):
    shop(paid_statuses=PAID)
    order = placed()
    order.lines.get().product.delete()
    order.set_status("Paid")
    contents = follow_adapter().contents(Order.objects.get())
    assert [(line.id, line.quantity, line.item_price) for line in contents] == [("kite-1", 2, Decimal("49.50"))]


@pytest.mark.parametrize("named", [["Payed"], ["Paid", "paid"], "Paid"])
@pytest.mark.parametrize("of", ["paid_statuses", "cancelled_statuses"])
def test_follow__refuses_a_status_that_no_order_ever_has(of, named):
    with pytest.raises(ImproperlyTracked, match=of):
        follow(order=type("ShopOrder", (OscarOrder,), {of: named}))


def test_order__names_its_site_and_who_placed_it():
    user = get_user_model().objects.create_user("boss", email="boss@shop.example", is_staff=True)
    basket = create_basket(empty=True)
    basket.add_product(stock())
    order = create_order(basket=basket, user=user)
    adapter = follow_adapter()
    assert (adapter.placed_by(order), adapter.site(order)) == (user, 1)
    assert adapter.user_data(order)["external_id"] == user.pk


def test_admin_url__leads_to_oscars_dashboard():
    order = placed()
    assert follow_adapter().admin_url(order) == f"/dashboard/orders/{order.number}/"


def follow_adapter():
    return order_adapter(Order)
