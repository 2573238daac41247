from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from capi_tracking import context, orders
from capi_tracking.exceptions import ImproperlyTracked
from capi_tracking.models import CheckoutContext, OutboxEvent, Status
from capi_tracking.orders import ModelItemAdapter, ModelOrderAdapter, fields, identity, item_data, purchase_islands
from demo_project.shop.models import Order, OrderLine, Product
from tests.sales import FBP, add_line, buy, new_order, payload, row, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    return stock()


# -- a sale ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_order__paid_first_and_given_its_lines_afterwards_has_complete_contents(visitor, product):
    order = buy(visitor, product)
    data = payload()["custom_data"]
    assert data["contents"] == [{"id": "kite-1", "quantity": 2, "item_price": 49.5}]
    assert (data["value"], data["currency"], data["order_id"], data["num_items"]) == (99, "EUR", order.number, 2)
    assert OutboxEvent.objects.due("default", 0).exists(), "complete, so due now"


@pytest.mark.django_db(transaction=True)
def test_order__saved_in_autocommit_waits_for_its_lines(visitor, product):
    with visitor():
        order = new_order()
        order.save()
        assert not OutboxEvent.objects.due("default", 0).exists()
        add_line(order, product)
    assert payload()["custom_data"]["num_items"] == 2
    assert OutboxEvent.objects.due("default", 0).exists()


@pytest.mark.django_db(transaction=True)
def test_order__several_lines_are_read_in_one_query(visitor, product, django_assert_max_num_queries):
    order = buy(visitor, product)
    for number in range(20):
        add_line(order, product, sku=f"kite-{number}")
    with django_assert_max_num_queries(14):
        order.save()
    assert len(payload()["custom_data"]["contents"]) == 21


@pytest.mark.django_db(transaction=True)
def test_order__rolled_back_leaves_nothing(visitor, product):
    with pytest.raises(RuntimeError), visitor(), transaction.atomic():
        order = new_order()
        order.save()
        add_line(order, product)
        raise RuntimeError
    assert not OutboxEvent.objects.exists()
    assert not CheckoutContext.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_order__a_line_rolled_back_in_a_savepoint_is_not_sent(visitor, product):
    with visitor(), transaction.atomic():
        order = new_order()
        order.save()
        add_line(order, product)
        with pytest.raises(RuntimeError), transaction.atomic():
            add_line(order, product, sku="never")
            raise RuntimeError
    assert [content["id"] for content in payload()["custom_data"]["contents"]] == ["kite-1"]


@pytest.mark.django_db(transaction=True)
def test_order__saved_again_is_one_event(visitor, product):
    order = buy(visitor, product)
    with visitor():
        order.save()
        order.save()
    assert OutboxEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_order__edited_while_pending_sends_the_latest(visitor, product):
    order = buy(visitor, product)
    order.total = Decimal("120.00")
    order.save()
    assert row().value == Decimal("120.00")


@pytest.mark.django_db(transaction=True)
def test_order__completed_after_a_rotation_keeps_the_id_of_its_row(visitor, product, capi):
    order = buy(visitor, product)
    capi(EVENT_ID_KEY="rotated")
    order.save()
    assert payload()["event_id"] == row().event_id


@pytest.mark.django_db(transaction=True)
def test_order__edited_after_it_was_sent_changes_nothing(visitor, product):
    order = buy(visitor, product)
    before = row().payload
    OutboxEvent.objects.update(status=Status.SENT, due_at=None)
    order.total = Decimal("120.00")
    order.save()
    assert row().payload == before


def test_order__unpaid_is_no_event(visitor, product):
    buy(visitor, product, status=Order.Status.PENDING, paid_at=None)
    assert not OutboxEvent.objects.exists()


def test_order__takes_the_time_of_payment_not_of_saving(visitor, product):
    paid = timezone.now() - timedelta(hours=5)
    buy(visitor, product, paid_at=paid)
    assert payload()["event_time"] == int(paid.timestamp())


def test_order__paid_longer_ago_than_meta_takes_is_skipped(visitor, product):
    buy(visitor, product, paid_at=timezone.now() - timedelta(days=8))
    assert (row().status, row().reason) == (Status.SKIPPED, "too_old")


def test_order__paid_before_tracking_began_is_no_event(visitor, product, capi):
    capi(TRACK_SINCE=timezone.now() - timedelta(hours=1))
    buy(visitor, product, paid_at=timezone.now() - timedelta(hours=2))
    assert not OutboxEvent.objects.exists()


def test_order__by_default_tracking_begins_with_the_first_migration(visitor, product, capi):
    capi(TRACK_SINCE=None)
    buy(visitor, product, paid_at=timezone.now() - timedelta(days=1))
    assert not OutboxEvent.objects.exists()


def test_order__loaded_from_a_fixture_is_no_sale(visitor, product, tmp_path):
    order = buy(visitor, product)
    OutboxEvent.objects.all().delete()
    file = tmp_path / "orders.json"
    call_command("dumpdata", "shop.order", output=str(file))
    with visitor():
        call_command("loaddata", str(file), verbosity=0)
    assert Order.objects.filter(pk=order.pk).exists()
    assert not OutboxEvent.objects.exists()


def test_order__event_id_is_stable_and_says_nothing_of_the_order(visitor, product):
    order = buy(visitor, product)
    key = identity.order_key(Order, order.pk)
    assert row().event_id == identity.event_id(key, "Purchase")
    assert str(order.pk) != row().event_id
    assert order.number not in row().event_id


def test_order__a_rotated_id_key_does_not_double_the_sale(visitor, product, capi):
    order = buy(visitor, product)
    old = row().event_id
    capi(EVENT_ID_KEY="rotated")
    with visitor():
        order.save()
    assert row().event_id == old
    assert purchase_islands(order)[0].event_id == old


# -- the buyer ---------------------------------------------------------------------------------------------------


def test_order__carries_hashes_and_the_visitors_browser(visitor, product):
    buy(visitor, product)
    data = payload()["user_data"]
    assert (data["fbp"], data["client_ip_address"], data["client_user_agent"]) == (FBP, "8.8.8.8", "Safari")
    assert {"em", "ph", "fn", "ln", "ct", "zp", "country"} <= set(data)
    assert "jo@shop.example" not in row().payload
    assert "4930123456" not in row().payload


def test_order__paid_by_webhook_uses_the_browser_of_the_checkout(visitor, product, rf):
    order = new_order(status=Order.Status.PENDING, paid_at=None)
    with visitor():
        order.save()
        add_line(order, product)
    webhook = rf.post("/pay/webhook/", REMOTE_ADDR="1.1.1.1", headers={"user-agent": "PaymentGateway/1.0"})
    order.status, order.paid_at = Order.Status.PAID, timezone.now()
    with context.serving(webhook):
        order.save()
    data = payload()["user_data"]
    assert (data["fbp"], data["client_ip_address"], data["client_user_agent"]) == (FBP, "8.8.8.8", "Safari")


def test_order__born_in_a_webhook_uses_what_was_remembered(visitor, product, adapter, rf):
    request = rf.get("/checkout/", REMOTE_ADDR="8.8.8.8")
    request.COOKIES.update({"capi_consent": "granted.1.1767225600", "_fbp": FBP})
    key = orders.remember(request)
    adapter(context_key=lambda self, order: key)
    new_order().save()
    assert payload()["user_data"]["fbp"] == FBP


def test_order__a_context_that_is_too_old_is_not_used(visitor, product, capi):
    with visitor():
        order = new_order(status=Order.Status.PENDING, paid_at=None)
        order.save()
    CheckoutContext.objects.update(created_at=timezone.now() - timedelta(days=31))
    order.status, order.paid_at = Order.Status.PAID, timezone.now()
    order.save()
    assert row().reason == "consent_unknown"


def test_order__without_a_context_is_skipped_for_unknown_consent(product):
    new_order().save()
    assert (row().status, row().reason) == (Status.SKIPPED, "consent_unknown")


@pytest.mark.parametrize(
    ("consent", "reason"),
    [
        ("denied.1.1767225600", "consent_denied"),
        ("unknown.1.1767225600", "consent_unknown"),
        ("granted.0.1767225600", "consent_unknown"),
        ("nonsense", "consent_unknown"),
    ],
)
def test_order__without_consent_is_skipped_and_the_context_keeps_the_decision_alone(visitor, product, consent, reason):
    with visitor(consent):
        new_order().save()
    kept = CheckoutContext.objects.get()
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, reason, "")
    assert (kept.fbp, kept.client_ip, kept.user_agent, kept.url) == ("", None, "", "")


def test_order__limited_consent_outside_the_states_that_meta_lists_is_skipped(visitor, product):
    with visitor("limited.1.1767225600"):
        new_order().save()
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, "consent_limited", "")


def test_order__limited_consent_of_a_californian_is_sent_with_limited_data_use(visitor, product, adapter):
    adapter(user_data=lambda self, order: {"email": "jo@shop.example", "state": "California", "country": "US"})
    with visitor("limited.1.1767225600"):
        new_order().save()
    assert payload()["data_processing_options"] == ["LDU"]
    assert payload()["data_processing_options_state"] == 1000


def test_order__global_privacy_control_limits_a_grant(visitor, product):
    with visitor(**{"sec-gpc": "1"}):
        new_order().save()
    assert row().reason == "consent_limited"


def test_order__a_buyer_who_refuses_before_paying_is_not_sent(visitor, product):
    order = new_order(status=Order.Status.PENDING, paid_at=None)
    with visitor():
        order.save()
    order.status, order.paid_at = Order.Status.PAID, timezone.now()
    with visitor("denied.1.1767225600"):
        order.save()
    assert row().reason == "consent_denied"


@pytest.mark.django_db(transaction=True)
def test_order__a_refusal_takes_back_what_still_waits(visitor, product):
    order = buy(visitor, product)
    with visitor("denied.1.1767225600"):
        order.save()
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, "consent_denied", "")


def test_order__saved_by_staff_or_in_the_admin_keeps_no_context(rf, product, admin_user):
    request = rf.post("/admin/")
    request.COOKIES.update({"capi_consent": "granted.1.1767225600", "_fbp": FBP})
    request.user = admin_user
    with context.serving(request):
        new_order().save()
    assert not CheckoutContext.objects.exists()


def test_order__saved_by_an_api_key_keeps_no_context(visitor, product):
    with visitor(authorization="Bearer shop-key"):
        new_order().save()
    assert not CheckoutContext.objects.exists()


def test_order__saved_at_an_excluded_address_is_told_by_neither_side(capi, visitor, product):
    capi(EXCLUDED_ADDRESSES=["8.8.8.0/24"])
    order = buy(visitor, product)
    assert not CheckoutContext.objects.exists()
    assert row().status == Status.SKIPPED
    assert purchase_islands(order) == []


# -- pages -------------------------------------------------------------------------------------------------------


def test_purchase_islands__is_the_servers_copy_in_the_browser(visitor, product):
    order = buy(visitor, product)
    (island,) = purchase_islands(order)
    assert (island.event_id, island.pixel_id) == (row().event_id, "1234567890")
    assert island.data == payload()["custom_data"] | {"num_items": 2} | {
        "contents": island.data["contents"],
        "content_type": "product",
    }
    assert island.keys["em"] == payload()["user_data"]["em"][0]
    assert set(island.keys).isdisjoint({"client_ip_address", "client_user_agent", "fbp", "fbc"})
    assert island.keys["em"] not in repr(island)


def test_purchase_islands__once_a_browser_had_it_there_is_none(visitor, product):
    order = buy(visitor, product)
    OutboxEvent.objects.update(browser_at=timezone.now())
    assert purchase_islands(order) == []


@pytest.mark.parametrize(
    "change", [{"paid_at": timedelta(hours=25)}, {"status": Order.Status.PENDING}], ids=["paid yesterday", "unpaid"]
)
def test_purchase_islands__none_for_what_is_not_paid_now(visitor, product, change):
    if "paid_at" in change:
        change = {"paid_at": timezone.now() - change["paid_at"]}
    assert purchase_islands(buy(visitor, product, **change)) == []


def test_purchase_islands__none_for_what_is_withheld(product):
    order = new_order()
    order.save()
    assert row().status == Status.SKIPPED
    assert purchase_islands(order) == []


def test_item_data__tells_about_a_product(product):
    data = item_data(product).as_payload()
    assert data["contents"] == [{"id": "kite-1", "quantity": 1, "item_price": 49.5}]
    assert (data["value"], data["currency"], data["content_name"]) == (49.5, "EUR", "Kite")


def test_item_data__without_an_adapter_says_where_to_register_one():
    with pytest.raises(ImproperlyTracked, match=r"OrderLine has no adapter.*capi\.py"):
        item_data(OrderLine())


# -- adapters ----------------------------------------------------------------------------------------------------


def test_register__refuses_what_is_no_adapter():
    with pytest.raises(ImproperlyTracked, match="no adapter"):
        orders.register(Product)(dict)


def test_register__an_adapter_without_paid_when_says_so():
    with pytest.raises(ImproperlyTracked, match="paid_when"):
        ModelOrderAdapter().is_purchase(Order())


def test_register__a_model_can_be_left_out_again():
    orders.unregister(Product)
    try:
        with pytest.raises(ImproperlyTracked):
            orders.adapter_of(Product)
    finally:
        from demo_project.shop.capi import ShopItem

        orders.register(Product)(ShopItem)
    assert isinstance(orders.adapter_of(Product), ModelItemAdapter)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"status": "paid"}, True),
        ({"status__in": ["new", "paid"]}, True),
        ({"status__in": ["new"]}, False),
        ({"paid_at__isnull": False}, True),
        ({"total__gt": 98}, True),
        ({"total__gte": 99, "total__lte": 99}, True),
        ({"total__lt": 99}, False),
        ({"status__exact": "new"}, False),
        ({"user__isnull": True}, True),
    ],
)
def test_matches__reads_conditions_as_filter_does(conditions, expected):
    assert fields.matches(new_order(), conditions) is expected


def test_read__a_missing_link_is_nothing_and_a_missing_field_an_error():
    line = OrderLine(variant=None, sku="s")
    assert fields.read(line, "variant.sku") is None
    assert fields.read(line, ("variant.sku", "sku")) == "s"
    with pytest.raises(ImproperlyTracked, match="OrderLine has no 'skew'"):
        fields.read(line, "skew")


def test_relations__finds_the_foreign_keys_to_join():
    assert fields.relations(OrderLine, ["variant.sku", "quantity", "order.user.email"]) == ["order__user", "variant"]


# -- looking up --------------------------------------------------------------------------------------------------


def test_keys_of_number__finds_the_order_that_people_call_so(product):
    order = new_order()
    order.save()
    new_order().save()
    assert orders.keys_of_number(f" {order.number} ") == [f"shop.order:{order.pk}"]
    assert orders.keys_of_number("G-NOBODYS") == orders.keys_of_number("") == orders.keys_of_number("x" * 1000) == []


def test_keys_of_number__asks_no_field_without_an_index(adapter, django_assert_num_queries):
    order = new_order()
    order.save()
    adapter(number="last_name")
    with django_assert_num_queries(0):
        assert orders.keys_of_number(order.last_name) == []


def test_keys_of_number__what_the_field_cannot_hold_is_nobodys(adapter):
    adapter(number="pk")
    assert orders.keys_of_number("G-17") == []
