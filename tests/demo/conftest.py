"""What the demo's tests share: a stocked shop, a full cart, ports."""

import socket

import pytest
from django.db import transaction
from django.db.models.signals import post_save

from demo_project.shop import carts, catalogue
from demo_project.shop.models import Cart, Order, OrderLine, Product


@pytest.fixture
def products(db):
    catalogue.seed()
    return list(Product.objects.all())


@pytest.fixture
def cart(products):
    cart = Cart.objects.create()
    carts.add(cart, products[0], 2)
    carts.add(cart, products[1])
    return cart


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
