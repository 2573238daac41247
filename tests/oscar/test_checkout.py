"""A sale through Oscar's own basket and checkout."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from oscar.apps.order.utils import OrderCreator
from oscar.test.factories import create_offer

from capi_tracking.events import UserData
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.testing import assert_tracked
from tests.oscar.shopping import FBP, Order, buy, check_out, fill, payload, row, stock, told, visitor

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)  # Oscar's own commit is part of it


def test_checkout__makes_one_purchase_with_number_total_and_lines():
    order = buy(visitor(), stock(), quantity=2)
    event = assert_tracked("Purchase", order_id=str(order.number), value=99, currency="EUR", num_items=2)
    assert event["custom_data"]["contents"] == [{"id": "kite-1", "quantity": 2, "item_price": 49.5}]
    assert event["event_time"] == int(order.date_placed.timestamp())


def test_checkout__sends_the_buyers_browser_and_their_hashes():
    buy(visitor(), stock())
    user_data = payload()["user_data"]
    assert (user_data["fbp"], user_data["client_ip_address"], user_data["client_user_agent"]) == (
        FBP,
        "8.8.8.8",
        "Safari",
    )
    assert {"em", "ph", "fn", "ln", "ct", "zp", "country"} <= user_data.keys()
    assert "jo@shop.example" not in row().payload


def test_checkout__of_a_customer_is_matched_by_their_number():
    user = get_user_model().objects.create_user("jo", email="jo@shop.example", password="kite")
    client = visitor()
    client.force_login(user, backend="oscar.apps.customer.auth_backends.EmailBackend")
    fill(client, stock())
    check_out(client)
    known = UserData.of(external_id=str(user.pk), email="jo@shop.example").as_payload()
    assert known.items() <= payload()["user_data"].items()


@committed
def test_checkout__is_complete_and_due_as_soon_as_oscar_has_committed():
    order = buy(visitor(), stock())
    assert (row().status, row().order_key) == (Status.PENDING, f"order.order:{order.pk}")
    assert row().due_at <= timezone.now()


def test_checkout__shows_the_sale_on_the_thank_you_page_under_the_rows_id():
    client = visitor()
    buy(client, stock())
    page = client.get("/checkout/thank-you/").content.decode()
    assert row().event_id in page
    assert OutboxEvent.objects.count() == 1  # though Oscar saves the order once more, as that page was shown


def test_checkout__without_consent_sends_nothing_and_says_why():
    buy(visitor(asked=False), stock())
    assert (row().status, row().reason, row().payload) == (Status.SKIPPED, "consent_unknown", "")


def test_checkout__goes_on_when_the_adapter_fails(shop):
    shop(total="no_such_field")
    order = buy(visitor(), stock())
    assert (row().status, row().reason) == (Status.DEAD, "adapter_failed")
    assert Order.objects.get() == order


@committed
def test_checkout__that_oscar_rolls_back_leaves_no_event(monkeypatch):
    monkeypatch.setattr(OrderCreator, "update_stock_records", None)  # the order and its lines are there by then
    client = visitor()
    fill(client, stock())
    with pytest.raises(KeyError, match="location"):
        check_out(client)
    assert not Order.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_checkout__counts_what_an_offer_took_off():
    create_offer()  # a fifth of the price
    order = buy(visitor(), stock(), quantity=2)
    assert order.total_incl_tax == Decimal("79.20")
    event = assert_tracked("Purchase", value=79.2)
    assert event["custom_data"]["contents"] == [{"id": "kite-1", "quantity": 2, "item_price": 39.6}]


@pytest.mark.parametrize(("policy", "value"), [("gross", 118.8), ("net", 99), ("without_shipping", 118.8)])
def test_checkout__is_worth_what_the_policy_says(taxed, capi, policy, value):
    capi(VALUE=policy)
    buy(visitor(), stock(), quantity=2)
    assert_tracked("Purchase", value=value)


@pytest.mark.parametrize("policy", ["gross", "net"])
def test_pages__are_worth_what_the_sale_will_be(taxed, capi, policy):
    capi(VALUE=policy)
    client, product = visitor(), stock()
    seen = told(client.get(product.get_absolute_url()), "ViewContent")
    fill(client, product, quantity=1)
    begun = told(client.get("/checkout/"), "InitiateCheckout")
    check_out(client)
    assert seen["value"] == begun["value"] == payload()["custom_data"]["value"] == {"gross": 59.4, "net": 49.5}[policy]
    assert seen["contents"] == begun["contents"] == payload()["custom_data"]["contents"]
