"""From a cart to an order."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from demo_project.shop.models import Cart, CartLine, Order, OrderLine


class EmptyCart(Exception):
    """There is nothing to order: the cart is empty, or was ordered a moment ago."""


@transaction.atomic
def place(cart: Cart, buyer: dict[str, Any], *, paid: bool) -> Order:
    """Turn the cart into an order, all or nothing. ``buyer`` holds the order's own fields (name, address, user).

    The order is saved first, already paid, and gets its lines afterwards, as many shops do it: tracking has to cope.
    """
    lines = take_lines(cart)
    order = Order(**buyer, total=sum(line.amount for line in lines), status=Order.Status.PENDING)
    if paid:
        order.status, order.paid_at = Order.Status.PAID, timezone.now()
    order.save()
    for line in lines:
        copy_line(order, line)
    return order


def take_lines(cart: Cart) -> list[CartLine]:
    """Empty the cart, whose row is locked so that a double click can't order twice."""
    Cart.objects.select_for_update().get(pk=cart.pk)
    lines = list(cart.lines.select_related("variant__product"))
    if not lines:
        raise EmptyCart
    cart.lines.all().delete()
    return lines


def copy_line(order: Order, line: CartLine) -> OrderLine:
    variant = line.variant
    return OrderLine.objects.create(
        order=order,
        variant=variant,
        sku=variant.sku,
        title=variant.title,
        quantity=line.quantity,
        price=variant.price,
    )
