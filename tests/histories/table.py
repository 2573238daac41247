"""Order histories, each with what Meta gets of it and what is kept back. Nothing else may be told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from capi_tracking import orders, receivers
from capi_tracking.events import CustomData
from capi_tracking.models import OutboxEvent
from capi_tracking.orders import OrderEvent
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order, OrderLine
from tests.histories.shop import LIMITED, NO, UNPAID, YES, Shop, ago
from tests.sales import add_line, new_order, stock

Story = Callable[[Shop], Any]
SALE = ["Purchase 99"]


@dataclass(frozen=True)
class History:
    name: str
    story: Story
    meta: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)


# -- who may be told of --------------------------------------------------------------------------------------------


def born_in_a_webhook(shop: Shop) -> None:
    key = shop.remembered()
    shop.adapter(context_key=lambda self, order: key)
    shop.pay(new_order(**UNPAID))


def refused_before_paying(shop: Shop) -> None:
    order = shop.reserve()
    shop.save(order, NO, status="paid", paid_at=ago(0))


def in_california(shop: Shop) -> None:
    shop.adapter(user_data=lambda self, order: {"email": order.email, "state": "California", "country": "US"})
    shop.buy(LIMITED)


def renewed(shop: Shop) -> None:
    shop.buy()
    shop.deliver()
    shop.adapter(renewal_when={"street": "renewal"})
    shop.save(new_order(street="renewal", total=Decimal("9.00")))


# -- saved more than once, or not at all ---------------------------------------------------------------------------


def saved_again(shop: Shop) -> None:
    order = shop.buy()
    for _ in range(5):
        shop.save(order)


def two_signals(shop: Shop) -> None:
    order = shop.buy()
    receivers.saved(Order, order, "default")
    orders.observe(order, using="default")


def edited(shop: Shop) -> None:
    shop.save(shop.buy(), total=Decimal("120.00"))


def edited_after_delivery(shop: Shop) -> None:
    order = shop.buy()
    shop.deliver()
    shop.save(order, total=Decimal("120.00"), email="other@shop.example", paid_at=ago(2))


def back_and_forth(shop: Shop) -> None:
    order = shop.buy()
    shop.save(order, status="pending")
    shop.save(order, status="paid")
    shop.deliver()
    shop.save(order, status="pending")
    shop.save(order, status="paid")


def with_another_key(shop: Shop) -> None:
    order = shop.buy()
    shop.deliver()
    shop.capi(EVENT_ID_KEY="rotated")
    shop.save(order)


def rolled_back(shop: Shop) -> None:
    try:
        with shop.visitor(), transaction.atomic():
            order = new_order()
            order.save()
            add_line(order, stock())
            raise RuntimeError
    except RuntimeError:
        pass


def tried_twice(shop: Shop) -> None:
    with shop.visitor(), transaction.atomic():
        try:
            with transaction.atomic():
                new_order(total=Decimal("1.00")).save()
                raise RuntimeError
        except RuntimeError:
            new_order().save()


def deleted_at_once(shop: Shop) -> None:
    with shop.visitor(), transaction.atomic():
        order = new_order()
        order.save()
        order.delete()


def in_bulk(shop: Shop) -> None:
    with shop.visitor():
        Order.objects.bulk_create([new_order(), new_order()])


def by_update(shop: Shop) -> None:
    shop.reserve()
    Order.objects.update(status="paid", paid_at=ago(0))


def by_update_and_then_saved(shop: Shop) -> None:
    by_update(shop)
    Order.objects.get().save()


def in_sql(shop: Shop) -> None:
    shop.in_raw_sql(shop.reserve())


def from_a_fixture(shop: Shop) -> None:
    shop.load(shop.buy())


def all_old_ones(shop: Shop) -> None:
    shop.capi(TRACK_SINCE=ago(30))
    Order.objects.bulk_create([new_order(paid_at=ago(days)) for days in (400, 31, 20, 8)])
    for order in Order.objects.all():
        shop.save(order, YES)


def by_day_of_placing(shop: Shop) -> None:
    shop.adapter(paid_at=(), created_at="created_at")
    Order.objects.bulk_create([new_order(), new_order()])
    Order.objects.filter(pk=Order.objects.first().pk).update(created_at=ago(20))
    for order in Order.objects.all():
        shop.save(order, YES)


# -- bad input -----------------------------------------------------------------------------------------------------


def naive(shop: Shop) -> None:
    shop.adapter(event_time=lambda self, order: timezone.make_naive(order.paid_at))
    shop.buy(paid_at=ago(1))


def many_lines(shop: Shop) -> None:
    with shop.visitor(), transaction.atomic():
        order = new_order()
        order.save()
        line = {"title": "Kite", "quantity": 1, "price": Decimal("0.01")}
        OrderLine.objects.bulk_create([OrderLine(order=order, sku=f"s{number}", **line) for number in range(10_000)])


def product_gone(shop: Shop) -> None:
    shop.adapter(line_id="shop-{variant.sku}")
    with shop.visitor(), transaction.atomic():
        order = new_order()
        order.save()
        variant = stock()
        add_line(order, variant)
        variant.delete()


def without_a_person(shop: Shop) -> None:
    shop.adapter(user_data=lambda self, order: {}, consent=lambda self, order: orders.checkout.Consent("granted"))
    shop.save(new_order())


def mended(shop: Shop) -> None:
    shop.adapter(total="no_such_field")
    order = shop.buy()
    orders.register(Order)(ShopOrder)
    shop.save(order)


def raising(shop: Shop) -> None:
    def fail(self: Any, order: Order) -> None:
        raise RuntimeError

    shop.adapter(user_data=fail)
    shop.buy()


# -- undone --------------------------------------------------------------------------------------------------------

UNDONE: dict[str, Any] = {
    "cancelled_when": {"city": "nowhere"},
    "refund": lambda self, order: Decimal(order.street) if order.street[0].isdigit() else None,
}


def cancelled(shop: Shop) -> None:
    shop.adapter(**UNDONE)
    shop.save(shop.buy(), city="nowhere")


def revived(shop: Shop) -> None:
    shop.adapter(**UNDONE)
    order = shop.buy()
    shop.save(order, city="nowhere")
    shop.save(order, city="Berlin")


def refunded(shop: Shop) -> None:
    shop.adapter(**UNDONE)
    shop.save(shop.buy(), street="99.00")


def refunded_in_part(shop: Shop) -> None:
    shop.adapter(**UNDONE)
    order = shop.buy()
    shop.deliver()
    shop.save(order, street="33.00")
    assert OutboxEvent.objects.get().refunded == 33


def refunded_and_told(shop: Shop) -> None:
    shop.capi(REFUND_EVENT="Refund")
    shop.adapter(**UNDONE)
    order = shop.buy()
    shop.deliver()
    for amount in ("33.00", "33.00", "99.00"):
        shop.save(order, street=amount)


# -- a longer life -------------------------------------------------------------------------------------------------


def on_trial(shop: Shop) -> None:
    shop.adapter(trial_when={"status": "pending"}, created_at="created_at")
    order = shop.reserve(total=Decimal("0.00"))
    shop.deliver()
    shop.pay(order, total=Decimal("9.00"))


def subscribed(shop: Shop) -> None:
    shop.adapter(subscribe_when={"country": "DE"})
    shop.buy()


def renewed_in_place(shop: Shop) -> None:
    def events(self: Any, order: Order) -> Any:
        yield OrderEvent(name="Subscribe")
        for month in range(int(order.street)):
            told = {"part": f"month-{month}", "at": ago(month), "action_source": "system_generated"}
            yield OrderEvent(name="Purchase", data=CustomData(value=5, currency="EUR"), **told)

    shop.adapter(events=events)
    order = shop.buy(street="0")
    for months in ("1", "2", "2"):
        shop.save(order, street=months)


def worth_more(shop: Shop) -> None:
    order = shop.buy(paid_at=ago(3))
    shop.deliver()
    orders.append_value(order, Decimal(300))
    orders.append_value(order, Decimal(400))


def lead(shop: Shop) -> None:
    adapter = type("Lead", (orders.ModelEventAdapter,), {"happened_at": "created_at", "email": "email"})
    orders.register(Order, event="Lead")(adapter)
    shop.save(shop.buy(status="new"))


# -- which pixels, whose orders ------------------------------------------------------------------------------------

TWO = {
    "default": {"PIXEL_ID": "1", "ACCESS_TOKEN": "t"},
    "b": {"PIXEL_ID": "2", "ACCESS_TOKEN": "t", "HOSTS": ["testserver"]},
    "c": {"PIXEL_ID": "3", "ACCESS_TOKEN": "t", "HOSTS": ["*"]},
}


def two_pixels(shop: Shop) -> None:
    shop.capi(PIXELS=TWO)
    shop.buy()


def misspelt_pixel(shop: Shop) -> None:
    shop.adapter(pixels=lambda self, order: ["default", "defualt"])
    shop.buy()


def test_order(shop: Shop) -> None:
    shop.adapter(is_test=lambda self, order: True)
    shop.buy()


def by_staff(shop: Shop) -> None:
    shop.adapter(placed_by="user")
    shop.buy(user=get_user_model().objects.create_user("staff", is_staff=True))


def of_a_channel(shop: Shop) -> None:
    shop.capi(EXCLUDED_CHANNELS=["market*"])
    shop.adapter(channel=lambda self, order: "marketplace")
    shop.buy()


def margin(shop: Shop) -> None:
    shop.capi(VALUE="margin")
    shop.adapter(tax=lambda self, order: Decimal("15.81"), cost=lambda self, order: Decimal("40.00"))
    shop.buy()


HISTORIES = [
    History("paid in the request that placed it", lambda shop: shop.buy(), SALE),
    History("paid by webhook", lambda shop: shop.pay(shop.reserve()), SALE),
    History("paid by webhook hours later", lambda shop: shop.pay(shop.reserve(), paid_at=ago(0.2)), SALE),
    History("born in a webhook, the visitor remembered", born_in_a_webhook, SALE),
    History("born in a webhook, nobody remembered", lambda shop: shop.pay(new_order()), kept={"consent_unknown": 1}),
    History("never paid", lambda shop: shop.reserve()),
    History("the buyer refused", lambda shop: shop.buy(NO), kept={"consent_denied": 1}),
    History("the buyer was never asked", lambda shop: shop.buy("unknown.1.1"), kept={"consent_unknown": 1}),
    History("the buyer refused before paying", refused_before_paying, kept={"consent_denied": 1}),
    History("limited, where Meta limits nothing", lambda shop: shop.buy(LIMITED), kept={"consent_limited": 1}),
    History("limited, in California", in_california, SALE),
    History("limited by the browser", lambda shop: shop.buy(headers={"sec-gpc": "1"}), kept={"consent_limited": 1}),
    History("saved five times", saved_again, SALE),
    History("told by two signals", two_signals, SALE),
    History("edited before it was sent", edited, ["Purchase 120"]),
    History("edited after it was sent", edited_after_delivery, SALE),
    History("its status back and forth", back_and_forth, SALE),
    History("saved under another id key", with_another_key, SALE),
    History("rolled back", rolled_back),
    History("rolled back, then placed", tried_twice, SALE),
    History("deleted in the transaction that paid it", deleted_at_once, kept={"order_deleted": 1}),
    History("created in bulk", in_bulk),
    History("paid by update()", by_update),
    History("paid by update(), then saved", by_update_and_then_saved, SALE),
    History("paid in SQL", in_sql),
    History("loaded from a fixture", from_a_fixture),
    History("all old orders saved", all_old_ones, kept={"too_old": 2}),
    History("old and new, with no time of payment", by_day_of_placing, SALE),
    History("paid in the future", lambda shop: shop.buy(paid_at=timezone.now() + timedelta(days=3)), SALE),
    History("paid eight days ago", lambda shop: shop.buy(paid_at=ago(8)), kept={"too_old": 1}),
    History("paid at a naive time", naive, SALE),
    History("worth nothing", lambda shop: shop.buy(total=Decimal("0.00")), ["Purchase 0"]),
    History("worth less than nothing", lambda shop: shop.buy(total=Decimal("-1.00")), kept={"invalid_value": 1}),
    History("in a currency that is none", lambda shop: shop.buy(currency="EUX"), kept={"invalid_currency": 1}),
    History("without an e-mail address", lambda shop: shop.buy(email=""), SALE),
    History("of nobody", without_a_person, kept={"too_little_user_data": 1}),
    History("of 10,000 lines", many_lines, SALE),
    History("of a product that is gone", product_gone, SALE),
    History("of an adapter that raises", raising, kept={"adapter_failed": 1}),
    History("of an adapter that was mended", mended, SALE),
    History("cancelled before it was sent", cancelled, kept={"order_cancelled": 1}),
    History("cancelled and revived", revived, SALE),
    History("refunded before it was sent", refunded, kept={"refunded": 1}),
    History("refunded in part", refunded_in_part, SALE),
    History("refunded, and Meta is told", refunded_and_told, ["Purchase 99", "Refund 33", "Refund 66"]),
    History("a trial that was paid", on_trial, ["Purchase 9", "StartTrial 0"]),
    History("the start of a subscription", subscribed, ["Purchase 99", "Subscribe 99"]),
    History("a renewal of who agreed", renewed, ["Purchase 9", "Purchase 99"]),
    History("renewed in place", renewed_in_place, ["Purchase 5", "Purchase 5", "Subscribe 99"]),
    History("worth more by and by", worth_more, ["AppendValue 300", "Purchase 99"]),
    History("an enquiry", lead, ["Lead"]),
    History("of two pixels' host", two_pixels, SALE * 2),
    History("of a pixel that is misspelt", misspelt_pixel, SALE, {"adapter_failed": 1}),
    History("a test", test_order, kept={"excluded_test_order": 1}),
    History("by staff", by_staff, kept={"excluded_staff": 1}),
    History("of an excluded channel", of_a_channel, kept={"excluded_channel": 1}),
    History("told by its margin", margin, ["Purchase 43.19"]),
]
