"""What a shop, its adapter or a visitor may get wrong: the order goes on, and no sale is lost."""

import json
import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from capi_tracking import orders
from capi_tracking.consent import Consent
from capi_tracking.exceptions import InvalidEvent
from capi_tracking.models import CheckoutContext, OutboxEvent, Status, deadline
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order, OrderLine
from tests.sales import add_line, buy, new_order, payload, row, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    return stock()


@pytest.mark.django_db(transaction=True)
def test_order__without_lines_is_sent_with_its_value(visitor):
    with visitor():
        new_order().save()
    assert payload()["custom_data"]["value"] == 99
    assert "contents" not in payload()["custom_data"]


@pytest.mark.django_db(transaction=True)
def test_order__a_deleted_product_leaves_its_line_out_and_the_value_whole(visitor, product, adapter):
    adapter(line_id="variant.sku")
    order = buy(visitor, product)
    add_line(order, stock("kite-2"), sku="kite-2")
    product.delete()
    order.save()
    assert [content["id"] for content in payload()["custom_data"]["contents"]] == ["kite-2"]
    assert payload()["custom_data"]["value"] == 99


@pytest.mark.django_db(transaction=True)
def test_order__a_line_that_meta_could_not_take_leaves_the_sale_whole(visitor, product):
    order = buy(visitor, product)
    add_line(order, product, sku="voucher", price=Decimal("-5.00"))
    add_line(order, product, sku="nothing", quantity=0)
    add_line(order, product, sku="")
    assert [content["id"] for content in payload()["custom_data"]["contents"]] == ["kite-1"]
    assert (row().status, payload()["custom_data"]["value"]) == (Status.PENDING, 99)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"total": "no_such_field"}, "adapter_failed"),
        ({"total": ()}, "invalid_value"),
        ({"currency": ()}, "invalid_currency"),
        ({"total": "price_with_a_comma"}, "invalid_value"),
    ],
)
def test_order__an_adapter_that_fails_leaves_the_order_and_a_row_that_says_why(
    visitor, adapter, monkeypatch, caplog, change, reason
):
    monkeypatch.setattr(Order, "price_with_a_comma", "99,00", raising=False)
    adapter(**change)
    with visitor():
        new_order().save()
    assert Order.objects.count() == 1
    assert (row().status, row().reason) == (Status.DEAD, reason)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_order__a_failing_adapter_tells_the_log_nothing_of_the_customer(visitor, adapter, caplog):
    def fail(self, order):
        raise ValueError(f"no address for {order.email}")

    adapter(user_data=fail)
    with visitor():
        new_order().save()
    assert row().reason == "adapter_failed"
    assert "ValueError" in caplog.text
    assert "jo@shop.example" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_order__buried_by_its_adapter_lives_when_saved_after_the_mend(visitor, product, adapter):
    adapter(total="no_such_field")
    order = buy(visitor, product)
    assert row().status == Status.DEAD
    orders.register(Order)(ShopOrder)
    with visitor():
        order.save()
    assert row().status == Status.PENDING
    assert OutboxEvent.objects.due("default", 0).exists()
    assert payload()["custom_data"]["value"] == 99


@pytest.mark.django_db(transaction=True)
def test_order__buried_and_without_lines_is_due_when_it_lives_again(visitor, adapter):
    adapter(total="no_such_field")
    with visitor():
        order = new_order()
        order.save()
        orders.register(Order)(ShopOrder)
        order.save()
    assert OutboxEvent.objects.due("default", 0).exists()


def test_order__a_query_that_fails_inside_the_adapter_does_not_break_the_shops_transaction(visitor, adapter):
    def fail(self, order):
        Order.objects.raw("SELECT nothing FROM nowhere")[0]

    adapter(user_data=fail)
    with visitor(), transaction.atomic():
        new_order().save()
        new_order().save()
    assert Order.objects.count() == 2
    assert OutboxEvent.objects.filter(reason="adapter_failed").count() == 2


def test_order__more_lines_than_a_page_may_hold_are_cut_alike(visitor, product):
    order = buy(visitor, product)
    OrderLine.objects.bulk_create(
        [OrderLine(order=order, sku=f"s{number}", title="x", price=1) for number in range(300)]
    )
    assert len(ShopOrder().custom_data(order).contents) == 100


def test_order__without_an_outbox_of_its_own_uses_the_first(settings, capi):
    assert orders.outbox_of("reports") == "default"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pixels", [("default", "nobody"), ("nobody", "default")])
def test_order__a_pixel_that_does_not_exist_costs_the_others_nothing(visitor, product, adapter, pixels):
    adapter(pixels=lambda self, order: pixels)
    buy(visitor, product)
    found = {row.pixel: (row.status, row.reason) for row in OutboxEvent.objects.all()}
    assert found == {"default": (Status.PENDING, ""), "nobody": (Status.DEAD, "adapter_failed")}


def raising(self, order):
    raise RuntimeError


@pytest.mark.parametrize("method", ["pixels", "event_time", "context_key", "consent", "value", "contents", "user_data"])
def test_order__whatever_method_raises_the_sale_is_kept(visitor, adapter, method):
    adapter(**{method: raising})
    with visitor():
        new_order().save()
    assert (row().status, row().reason) == (Status.DEAD, "adapter_failed")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "paid_at", [timezone.now().isoformat(), timezone.now().replace(tzinfo=None)], ids=["text", "naive"]
)
@pytest.mark.filterwarnings("ignore:DateTimeField:RuntimeWarning")
def test_order__whose_time_was_not_read_from_the_database_yet_is_sent(visitor, product, paid_at):
    buy(visitor, product, paid_at=paid_at)
    assert row().status == Status.PENDING
    assert payload()["event_time"] == int(Order.objects.get().paid_at.timestamp())


@pytest.mark.django_db(transaction=True)
def test_order__whose_total_is_still_an_expression_is_sent(visitor, product):
    order = buy(visitor, product, status=Order.Status.PENDING, paid_at=None)
    order.status, order.paid_at, order.total = Order.Status.PAID, timezone.now(), F("total") + 1
    with visitor():
        order.save()
    assert (row().status, payload()["custom_data"]["value"]) == (Status.PENDING, 100)


@pytest.mark.django_db(transaction=True)
def test_order__of_long_ago_buried_without_its_time_is_not_sent_after_the_mend(visitor, product, adapter, capi):
    adapter(event_time=raising)
    capi(TRACK_SINCE=timezone.now() - timedelta(days=1))
    order = buy(visitor, product, paid_at=timezone.now() - timedelta(days=3))
    orders.register(Order)(ShopOrder)
    order.save()
    assert row().status == Status.DEAD


@pytest.mark.django_db(transaction=True)
def test_order__buried_without_its_time_gets_it_with_the_mend(visitor, product, adapter):
    adapter(event_time=raising)
    paid = timezone.now() - timedelta(hours=3)
    order = buy(visitor, product, paid_at=paid)
    orders.register(Order)(ShopOrder)
    order.save()
    assert (row().event_time, row().deadline_at) == (paid, deadline(paid, "website"))
    assert payload()["event_time"] == int(paid.timestamp())


@pytest.mark.django_db(transaction=True)
def test_order__whose_customer_is_saved_after_it_is_sent(product, adapter):
    granted = Consent("granted", policy="1", source="till")
    adapter(consent=lambda self, order: granted, user_data=lambda self, order: {})
    with transaction.atomic():
        order = new_order()
        order.save()
        assert (row().status, row().reason) == (Status.DEAD, "too_little_user_data")
        adapter(consent=lambda self, order: granted)
    assert row().status == Status.PENDING
    assert "em" in payload()["user_data"]


@pytest.mark.django_db(transaction=True)
def test_order__that_says_too_little_of_its_customer_stays_dead(product, adapter):
    adapter(consent=lambda self, order: Consent("granted"), user_data=lambda self, order: {"country": "DE"})
    new_order().save()
    assert (row().status, row().reason) == (Status.DEAD, "too_little_user_data")


@pytest.mark.parametrize("state", ["declined", "yes", ""])
def test_order__with_a_consent_of_no_known_state_is_not_sent(visitor, adapter, state):
    adapter(consent=lambda self, order: Consent(state))
    with visitor():
        new_order().save()
    assert row().status == Status.DEAD


@pytest.mark.parametrize("key", ["", None])
def test_order__without_a_context_key_of_its_own_never_takes_another_buyers_browser(visitor, adapter, key):
    adapter(context_key=lambda self, order: key)
    for agent in ("Safari", "Firefox"):
        with visitor(**{"user-agent": agent}):
            new_order().save()
    sent = [
        json.loads(text)["user_data"] for text in OutboxEvent.objects.order_by("pk").values_list("payload", flat=True)
    ]
    assert [data["client_user_agent"] for data in sent] == ["Safari", "Firefox"]


def test_order__what_the_adapter_knows_of_the_browser_goes_before_the_context(visitor, adapter):
    known = {"email": "jo@shop.example", "fbp": "fb.1.1700000000000.42", "client_ip_address": ""}
    adapter(user_data=lambda self, order: known)
    with visitor():
        new_order().save()
    assert payload()["user_data"]["fbp"] == "fb.1.1700000000000.42"
    assert payload()["user_data"]["client_ip_address"] == "8.8.8.8"


@pytest.mark.parametrize(
    "headers",
    [
        {"referer": "https://else.example/Привет?q=мир".encode().decode("latin-1")},
        {"referer": "https://else.example/\x00\x85"},
        {"referer": "https://else\x85.example/"},
        {"user-agent": "Saf\x00ari\r\nX: y"},
        {"user-agent": "x" * 50_000},
    ],
)
def test_order__hostile_headers_do_not_cost_the_sale(visitor, headers):
    with visitor(**headers):
        new_order().save()
    assert row().status == Status.PENDING
    kept = CheckoutContext.objects.get()
    assert (kept.user_agent + kept.url + kept.referrer).isprintable()
    assert kept.referrer.isascii()


def test_order__a_source_url_of_the_adapter_loses_its_secrets(visitor, adapter):
    adapter(
        consent=lambda self, order: Consent("granted"), source_url=lambda self, order: "https://s.example/o/?token=x"
    )
    new_order().save()
    assert payload()["event_source_url"] == "https://s.example/o/"


@pytest.mark.django_db(transaction=True)
def test_order__deleted_in_the_transaction_that_paid_it_is_no_sale(visitor):
    with visitor(), transaction.atomic():
        order = new_order()
        order.save()
        order.delete()
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, "order_deleted", "")


@pytest.mark.parametrize("quantity", ["two", None, float("nan"), float("inf"), [1]])
def test_line__with_a_quantity_that_is_none_is_left_out(quantity):
    line = OrderLine(sku="kite-1", price=1)
    line.quantity = quantity
    assert ShopOrder()._content(line) is None


def test_order__a_naive_track_since_is_one_of_the_shops_time_zone(visitor, product, capi):
    capi(TRACK_SINCE=timezone.now().replace(tzinfo=None) - timedelta(days=1))
    buy(visitor, product)
    assert row().status == Status.PENDING


def test_product__without_an_id_is_none(product):
    product.sku = None
    with pytest.raises(InvalidEvent, match=r"contents\.id"):
        orders.item_data(product)


@pytest.mark.django_db(transaction=True)
def test_order__however_it_ends_no_table_and_no_log_line_names_the_customer(visitor, adapter, caplog):
    caplog.set_level(logging.DEBUG, logger="capi_tracking")
    told = {"email": "canary@shop.example", "phone": "+49 171 7654321", "first_name": "Canaria", "city": "Canarytown"}

    def fail(self, order):
        raise ValueError(told)

    for consent, members in [("granted", {}), ("denied", {}), ("granted", {"user_data": fail}), ("", {})]:
        adapter(**members)
        with visitor(f"{consent}.1.1767225600"):
            new_order(**told).save()
    models = apps.get_app_config("capi_tracking").get_models()
    left = repr([(each, list(each.objects.values())) for each in models]) + caplog.text
    assert OutboxEvent.objects.count() == 4
    for secret in ("canary", "canaria", "7654321", "test-token"):
        assert secret not in left.lower()
