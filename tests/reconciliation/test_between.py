"""Which orders of a period are read again, and how often the database is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone

from capi_tracking import orders
from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent, Source, Status, outbox_key
from capi_tracking.orders import ModelOrderAdapter, OrderAdapter, Sale, between, narrowing
from capi_tracking.orders.between import Shelf
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.factories import BrowserReceiptFactory, CheckoutContextFactory
from tests.sales import new_order, row

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _since(capi):
    capi(TRACK_SINCE=datetime(2020, 1, 1, tzinfo=UTC))


def missed(count: int = 1, **changes: Any) -> list[Order]:
    """Paid orders whose saves no signal told of."""
    return Order.objects.bulk_create(new_order(**changes) for _ in range(count))


def paid(ago: timedelta) -> dict[str, Any]:
    return {"paid_at": timezone.now() - ago}


def found(start: timedelta = 7 * DAY, end: timedelta = -DAY, **options: Any) -> list[between.Seen]:
    now = timezone.now()
    (shelf,) = orders.shelves()
    return [seen for _, batch in orders.sales_between(shelf, now - start, now - end, **options) for seen in batch]


def numbers(seen: list[between.Seen]) -> set[str]:
    return {each.order.number for each in seen}


def test_sales_between__reads_the_paid_orders_of_the_period():
    missed(number="in", **paid(DAY))
    missed(number="unpaid", status="pending", **paid(DAY))
    missed(number="before", **paid(8 * DAY))
    missed(number="after", **paid(-2 * DAY))
    assert numbers(found()) == {"in"}


def test_sales_between__leaves_out_what_was_paid_before_tracking_began(capi):
    missed(number="in", **paid(DAY))
    missed(number="before", **paid(3 * DAY))
    capi(TRACK_SINCE=timezone.now() - 2 * DAY)
    assert numbers(found()) == {"in"}


def test_sales_between__reads_in_batches_by_primary_key(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(between, "BATCHES", 2)
    monkeypatch.setattr(between, "BATCH", 2)
    missed(9, **paid(DAY))
    with django_assert_num_queries(3 + 5):  # pages of 4, 4 and 1, batches of at most 2
        assert len(found()) == 9


def test_sales_between__goes_on_behind_a_key():
    first, *rest = sorted(missed(3, **paid(DAY)), key=lambda order: order.pk)
    assert {each.order.pk for each in found(after=first.pk)} == {order.pk for order in rest}


def test_sales_between__an_order_without_payment_time_counts_when_it_was_placed(adapter):
    adapter(created_at="created_at")
    missed(number="fresh", paid_at=None)
    missed(number="old", paid_at=None)
    Order.objects.filter(number="old").update(created_at=timezone.now() - 9 * DAY)
    (seen,) = found()
    assert seen.order.number == "fresh"
    assert seen.when == seen.order.created_at


def test_sales_between__tells_of_an_order_without_any_time():
    missed(number="undated", paid_at=None)
    (seen,) = found()
    assert (seen.order.number, seen.when) == ("undated", None)


@pytest.mark.parametrize("name", ["is_purchase", "event_time", "placed_at", "pixels"])
def test_sales_between__an_adapter_that_raises_costs_one_order(adapter, name):
    def fail(self, order):
        if order.number == "bad":
            raise RuntimeError
        return getattr(ShopOrder, name)(self, order)

    adapter(**{name: fail})
    missed(number="bad", paid_at=None)
    missed(number="good", **paid(HOUR))
    seen = {each.order.number: each for each in found()}
    assert isinstance(seen["bad"].error, RuntimeError)
    assert len(seen["good"].sales) == 1


def test_sales_between__a_method_of_the_shops_own_is_asked_and_no_column(adapter):
    adapter(event_time=lambda self, order: timezone.now() - DAY)
    missed(number="old by its column", **paid(30 * DAY))
    assert numbers(found()) == {"old by its column"}


def test_sales_between__a_condition_that_is_no_column_is_asked_of_the_order(adapter):
    adapter(paid_when={"is_paid": True})
    missed(number="paid", **paid(DAY))
    missed(number="pending", status="pending", **paid(DAY))
    assert numbers(found()) == {"paid"}


def test_sales_between__an_order_of_two_registered_models_is_read_once():
    with isolate_apps("tests"):

        class Gift(Order):
            class Meta:
                app_label = "tests"

        orders.register(Gift)(type("GiftOrder", (ShopOrder,), {}))
        try:
            shelf = next(each for each in orders.shelves() if each.model is Order)
            sql = str(shelf.rows.query)
            assert "NOT" in sql
            assert Gift._meta.db_table in sql
        finally:
            orders.unregister(Gift)


def test_shelves__are_where_orders_may_be(capi, settings):
    assert [shelf.name for shelf in orders.shelves()] == ["default:shop.order"]
    settings.DATABASE_ROUTERS = [type("Nowhere", (), {"allow_migrate": lambda self, db, app, **hints: False})()]
    assert orders.shelves() == []


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("created_at", ["created_at"]),
        ("order.paid_at", ["order__paid_at"]),
        ("ticket.used_at", ["ticket__used_at"]),
        (("created_at", "order.paid_at"), ["created_at", "order__paid_at"]),
        ((), []),
        (None, None),
        ("no_such", None),
        ("str", None),
        ("order", ["order"]),
        ("other_name.used_at", None),
        ("own", None),
        (("created_at", "own"), None),
    ],
)
def test_columns__are_named_where_the_path_is_nothing_else(path, columns):
    with isolate_apps("tests"):

        class OwnField(models.CharField):  # may compare in its own way
            pass

        class Booking(models.Model):
            created_at = models.DateTimeField()
            order = models.ForeignKey(Order, models.CASCADE, related_name="+")
            own = OwnField(max_length=8)

            class Meta:
                app_label = "tests"

            def __str__(self):
                return ""

        class Ticket(models.Model):
            booking = models.OneToOneField(Booking, models.CASCADE)
            used_at = models.DateTimeField()

            class Meta:
                app_label = "tests"

            def __str__(self):
                return ""

        class Seat(models.Model):
            booking = models.OneToOneField(
                Booking, models.CASCADE, related_name="seat", related_query_name="other_name"
            )
            used_at = models.DateTimeField()

            class Meta:
                app_label = "tests"

            def __str__(self):
                return ""

        assert narrowing.columns(Booking, path) == columns


@pytest.mark.parametrize(
    "condition",
    [{"status": "paid"}, {"status__in": ["paid", "shipped"]}, {"user__isnull": True}, {"number__gt": "A"}],
)
def test_paid_between__keeps_what_meets_a_condition(adapter, condition):
    adapter(paid_when=condition)
    missed(number="Z", **paid(DAY))
    assert numbers(found()) == {"Z"}


@pytest.mark.parametrize("condition", [{"status__in": ["paid", None]}, {"pk": "no number"}])
def test_paid_between__leaves_to_python_what_the_database_tells_otherwise(condition):
    rows = narrowing.between(Order.objects.all(), *[timezone.now()] * 2, None, None, condition)
    assert "WHERE" not in str(rows.query)


def test_order_adapter__that_narrows_nothing_is_compared_all_the_same():
    class Plain(OrderAdapter):
        def is_purchase(self, order: Any) -> bool:
            return True

        def event_time(self, order: Any) -> Any:
            return order.paid_at

    missed(number="in", **paid(DAY))
    missed(number="before", **paid(9 * DAY))
    now = timezone.now()
    batches = orders.sales_between(Shelf(Order, Plain(), "default"), now - 7 * DAY, now)
    assert numbers([seen for _, batch in batches for seen in batch]) == {"in"}


def test_worth__asks_for_no_lines(adapter, django_assert_num_queries):
    (order,) = missed()
    with django_assert_num_queries(0):
        worth = orders.order_adapter(Order).worth(order)
    assert (worth.value, worth.currency) == (order.total, "EUR")


def test_worth__is_the_shops_own_where_its_data_is(adapter):
    adapter(
        custom_data=lambda self, order: ModelOrderAdapter.custom_data(self, order).__class__(value=1, currency="USD")
    )
    (order,) = missed()
    worth = orders.order_adapter(Order).worth(order)
    assert (worth.value, worth.currency) == (1, "USD")


# -- recording what was missed ---------------------------------------------------------------------------------------


def record(order: Order) -> OutboxEvent:
    CheckoutContextFactory(key=f"shop.order:{order.pk}")
    orders.record(Sale(order, orders.order_adapter(Order), "default", source=Source.RECONCILE))
    return row()


def test_record__of_a_late_sale_has_its_time_its_id_and_no_delay():
    (order,) = missed(**paid(DAY))
    recorded = record(order)
    assert recorded.source == Source.RECONCILE
    assert recorded.event_time == Order.objects.get().paid_at
    assert recorded.event_id == Sale(order, orders.order_adapter(Order), "default").event_id
    assert recorded.due_at <= timezone.now()


def test_record__of_a_late_sale_without_payment_time_has_that_of_its_placing(adapter):
    adapter(created_at="created_at")
    missed(paid_at=None)
    Order.objects.update(created_at=timezone.now() - DAY)
    order = Order.objects.get()
    assert record(order).event_time == order.created_at


def test_record__of_a_late_sale_that_fails_is_buried_and_found_again(adapter):
    (order,) = missed(total=0, currency="", **paid(DAY))
    buried = record(order)
    assert (buried.status, buried.source) == (Status.DEAD, Source.RECONCILE)
    Order.objects.update(currency="EUR", total=10)
    orders.complete(Order, order.pk, using="default")
    mended = row()
    assert (mended.status, mended.event_time) == (Status.PENDING, Order.objects.get().paid_at)


@pytest.mark.parametrize("source", [Source.ORDER, Source.RECONCILE])
def test_record__goes_by_the_time_of_a_browser_copy_that_came_first(source):
    (order,) = missed(**paid(3 * DAY))
    sale = Sale(order, orders.order_adapter(Order), "default", source=source)
    told_at = timezone.now() - 3 * DAY + HOUR
    told = {"event_id": sale.event_id, "changed_at": told_at}
    CheckoutContextFactory(key=sale.key)
    BrowserReceiptFactory(key=outbox_key("1234567890", "Purchase", sale.event_id), **told)
    orders.record(sale)
    assert row().browser_at == told_at
    assert row().deadline_at == told_at + timedelta(hours=47)


def test_record__does_not_go_by_a_copy_that_no_browser_handed_over():
    (order,) = missed(**paid(DAY))
    sale = Sale(order, orders.order_adapter(Order), "default", source=Source.RECONCILE)
    BrowserReceiptFactory(
        key=outbox_key("1234567890", "Purchase", sale.event_id), event_id=sale.event_id, state=BrowserState.BLOCKED
    )
    CheckoutContextFactory(key=sale.key)
    orders.record(sale)
    assert row().browser_at is None
    assert BrowserReceipt.objects.count() == 1
