"""What the demo's tests share: a stocked shop, a full cart, ports."""

import socket

import pytest
from django.db import transaction
from django.db.models.signals import post_save
from django.urls import reverse

from demo_project.shop import carts, catalogue
from demo_project.shop.models import Cart, Order, OrderLine, Product


@pytest.fixture
def products(db):
    catalogue.seed()
    return list(Product.objects.all())


@pytest.fixture
def variants(products):
    """What is bought: the first of each product."""
    return [product.first for product in products]


@pytest.fixture
def cart(variants):
    cart = Cart.objects.create()
    carts.add(cart, variants[0], 2)
    carts.add(cart, variants[1])
    return cart


@pytest.fixture
def fill(client, products):
    """Put one of the first product's variants into the client's cart."""

    def add(sku="GL-101", quantity=1, slug="meadow", **options):
        return client.post(reverse("shop:add", args=[slug]), {"sku": sku, "quantity": quantity}, **options)

    return add


@pytest.fixture
def saves():
    """Every save of an order or line: class, whether the order was paid, whether in a transaction of its own."""
    seen = []

    def receive(sender, instance, **kwargs):
        if sender in (Order, OrderLine):
            order = instance if sender is Order else instance.order
            seen.append((sender, order.is_paid, transaction.get_connection().in_atomic_block))

    post_save.connect(receive)
    yield seen
    post_save.disconnect(receive)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
