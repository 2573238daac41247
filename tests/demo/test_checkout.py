"""Carts, and what becomes of them at the till."""

import re
import time
from decimal import Decimal

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse

from demo_project.shop import carts, checkout
from demo_project.shop.models import MAX_QUANTITY, Cart, CartLine, Order, OrderLine, Product, Variant
from tests.demo.buyers import BUYER


@pytest.mark.django_db(transaction=True)
def test_place__saves_the_order_paid_before_its_lines_in_one_transaction(cart, saves):
    checkout.place(cart, BUYER, paid=True)
    assert saves == [(Order, True, True), (OrderLine, True, True), (OrderLine, True, True)]


def test_place__copies_what_the_lines_cost_on_that_day(cart, products):
    order = checkout.place(cart, BUYER, paid=True)
    Variant.objects.update(price=1)
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
def test_cart_page__pays_now_or_later(client, fill, payment, status):
    fill()
    response = client.post(reverse("shop:cart"), BUYER | {"payment": payment})
    order = Order.objects.get()
    assert (order.status, order.paid_at is not None) == (status, status == Order.Status.PAID)
    assert response.url == order.get_absolute_url()
    assert str(order.pk) not in response.url.strip("/").split("/")


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"country": "Atlantis"}, {"payment": "never"}, {"city": ""}])
def test_cart_page__keeps_the_cart_when_a_field_is_wrong(client, fill, wrong):
    fill()
    response = client.post(reverse("shop:cart"), BUYER | {"payment": "now"} | wrong)
    assert response.status_code == 200
    assert (Order.objects.count(), carts.count(client.session)) == (0, 1)


def test_cart_page__knows_who_is_signed_in(client, fill, django_user_model):
    client.force_login(django_user_model.objects.create_user("jo", "jo@mail.example", first_name="Jo"))
    fill()
    page = client.get(reverse("shop:cart")).content.decode()
    assert 'value="jo@mail.example"' in page
    assert 'value="Jo"' in page


def test_cart__holds_no_more_than_the_limit(cart, variants):
    assert carts.add(cart, variants[0], MAX_QUANTITY).quantity == MAX_QUANTITY


def test_cart__has_a_line_for_each_variant(client, fill):
    for sku in ("GL-101", "GL-101-L", "GL-101"):
        fill(sku)
    lines = CartLine.objects.values_list("variant__sku", "quantity")
    assert sorted(lines) == [("GL-101", 2), ("GL-101-L", 1)]


WAYS = {
    "form": ({}, 302),
    "fetch": ({"accept": "application/json"}, 200),
    "htmx": ({"hx-request": "true"}, 200),
}


@pytest.mark.parametrize("way", WAYS)
def test_add_to_cart__puts_one_line_in_each_way(client, fill, way):
    headers, status = WAYS[way]
    assert fill("GL-101-L", 2, headers=headers).status_code == status
    assert list(CartLine.objects.values_list("variant__sku", "quantity")) == [("GL-101-L", 2)]


def test_add_to_cart__answers_in_the_way_it_was_asked(fill):
    assert fill().url == reverse("shop:cart")
    assert fill(headers=WAYS["fetch"][0]).json() == {"title": "Meadow · Small, 80 cm", "pieces": 2}
    fragment = fill(headers=WAYS["htmx"][0]).content.decode()
    assert "<html" not in fragment
    assert ">3 \N{MULTIPLICATION SIGN}<" in fragment
    assert fill(headers=WAYS["htmx"][0] | {"hx-boosted": "true"}).url == reverse("shop:cart")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("quantity", ["0", "-1", "9999", "many", ""])
def test_add_to_cart__takes_only_a_sane_number(client, fill, way, quantity):
    assert fill(quantity=quantity, headers=WAYS[way][0]).status_code == 400
    assert carts.count(client.session) == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sku", ["GL-204", "", "GL-999", "GL-101\x00", "'; --", "x" * 5000])
def test_add_to_cart__refuses_what_is_no_variant_of_the_product(client, fill, way, sku):
    assert fill(sku, headers=WAYS[way][0]).status_code == 400
    assert carts.count(client.session) == 0


def test_add_to_cart__works_without_scripts_by_a_page_of_its_own(products):
    browser = Client(enforce_csrf_checks=True)
    address = reverse("shop:add", args=["meadow"])
    assert browser.post(address, {"sku": "GL-101", "quantity": 1}).status_code == 403
    page = browser.get(address)
    assert "no-store" in page["Cache-Control"]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]
    answer = browser.post(address, {"sku": "GL-101", "quantity": 1, "csrfmiddlewaretoken": token})
    assert answer.url == reverse("shop:cart")


def test_change_line__leaves_other_visitors_carts_alone(client, cart, fill):
    fill()
    line = cart.lines.first()
    assert client.post(reverse("shop:line", args=[line.pk]), {"quantity": 0}).status_code == 404
    assert cart.lines.filter(pk=line.pk).exists()


@pytest.mark.parametrize(("quantity", "left"), [("3", 3), ("0", 0), ("21", 1), ("-1", 1), ("lots", 1)])
def test_change_line__sets_or_removes_within_the_limit(client, fill, quantity, left):
    fill()
    client.post(reverse("shop:line", args=[CartLine.objects.get().pk]), {"quantity": quantity})
    assert carts.count(client.session) == left


def test_cart_page__survives_what_is_sold_no_longer(client, fill):
    fill("GL-101")
    fill("GL-204", slug="kestrel")
    Product.objects.get(slug="meadow").delete()
    page = client.get(reverse("shop:cart")).content.decode()
    assert "Kestrel" in page
    assert "Meadow" not in page
    Product.objects.all().delete()
    assert "Nothing in it yet" in client.get(reverse("shop:cart")).content.decode()


def test_cart_page__survives_a_forgotten_cart(client, fill):
    fill()
    Cart.objects.all().delete()
    assert client.get(reverse("shop:cart")).status_code == 200
    assert fill().status_code == 302
    assert carts.count(client.session) == 1


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
def test_order_page__hands_a_purchase_to_the_browser_only_once_paid(client, fill, payment, is_paid):
    client.cookies["capi_consent"] = f"granted.1.{int(time.time())}"
    fill()
    page = client.post(reverse("shop:cart"), BUYER | {"payment": payment}, follow=True).content.decode()
    assert ('"Purchase"' in page) == is_paid
    assert ("data-paid hidden" in page) != is_paid
