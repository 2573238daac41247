"""Carts, and what becomes of them at the till."""

import time
from decimal import Decimal

import pytest
from django.db.models.signals import post_save
from django.urls import reverse

from demo_project.shop import carts, checkout
from demo_project.shop.models import MAX_QUANTITY, Order, OrderLine, Product
from tests.demo.buyers import BUYER


@pytest.mark.django_db(transaction=True)
def test_place__saves_the_order_paid_before_its_lines_in_one_transaction(cart, saves):
    checkout.place(cart, BUYER, paid=True)
    assert saves == [(Order, True, True), (OrderLine, True, True), (OrderLine, True, True)]


def test_place__copies_what_the_lines_cost_on_that_day(cart, products):
    order = checkout.place(cart, BUYER, paid=True)
    Product.objects.update(price=1)
    assert order.total == Decimal("107.00") == sum(line.amount for line in order.lines.all())


@pytest.mark.django_db(transaction=True)
def test_place__leaves_order_and_cart_as_they_were_when_a_line_fails(cart):
    def refuse(**kwargs):
        raise RuntimeError("disk full")

    post_save.connect(refuse, sender=OrderLine)
    try:
        with pytest.raises(RuntimeError, match="disk full"):
            checkout.place(cart, BUYER, paid=True)
    finally:
        post_save.disconnect(refuse, sender=OrderLine)
    assert (Order.objects.count(), cart.lines.count()) == (0, 2)


def test_place__orders_a_cart_once(cart):
    checkout.place(cart, BUYER, paid=True)
    with pytest.raises(checkout.EmptyCart):
        checkout.place(cart, BUYER, paid=True)


@pytest.mark.parametrize(("payment", "status"), [("now", Order.Status.PAID), ("later", Order.Status.PENDING)])
def test_cart_page__pays_now_or_later(client, products, payment, status):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    response = client.post(reverse("shop:cart"), BUYER | {"payment": payment})
    order = Order.objects.get()
    assert (order.status, order.paid_at is not None) == (status, status == Order.Status.PAID)
    assert response.url == order.get_absolute_url()
    assert str(order.pk) not in response.url.strip("/").split("/")


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"country": "Atlantis"}, {"payment": "never"}, {"city": ""}])
def test_cart_page__keeps_the_cart_when_a_field_is_wrong(client, products, wrong):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    response = client.post(reverse("shop:cart"), BUYER | {"payment": "now"} | wrong)
    assert response.status_code == 200
    assert (Order.objects.count(), carts.count(client.session)) == (0, 1)


def test_cart__holds_no_more_than_the_limit(cart, products):
    assert carts.add(cart, products[0], MAX_QUANTITY).quantity == MAX_QUANTITY


@pytest.mark.parametrize("quantity", ["0", "-1", "9999", "many", ""])
def test_add_to_cart__takes_only_a_sane_number(client, products, quantity):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": quantity})
    assert carts.count(client.session) == 0


def test_change_line__leaves_other_visitors_carts_alone(client, cart, products):
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    line = cart.lines.first()
    assert client.post(reverse("shop:line", args=[line.pk]), {"quantity": 0}).status_code == 404
    assert cart.lines.filter(pk=line.pk).exists()


def test_order_page__tells_nobody_who_bought(client, cart):
    for paid in (True, False):
        order = checkout.place(cart, BUYER, paid=paid) if paid else Order.objects.create(**BUYER, total=1)
        page = client.get(order.get_absolute_url()).content.decode()
        assert order.number in page
        assert not [value for value in BUYER.values() if len(value) > 2 and value in page]


def test_order_page__survives_a_deleted_product(client, cart):
    order = checkout.place(cart, BUYER, paid=True)
    Product.objects.all().delete()
    assert "Meadow" in client.get(order.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("payment", "is_paid"), [("now", True), ("later", False)])
def test_order_page__hands_a_purchase_to_the_browser_only_once_paid(client, products, payment, is_paid):
    client.cookies["capi_consent"] = f"granted.1.{int(time.time())}"
    client.post(reverse("shop:add", args=["meadow"]), {"quantity": 1})
    page = client.post(reverse("shop:cart"), BUYER | {"payment": payment}, follow=True).content.decode()
    assert ('"Purchase"' in page) == is_paid
    assert ("data-paid hidden" in page) != is_paid
