"""Orders of the demo shop, and what became of them in the outbox."""

import json
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from capi_tracking.models import OutboxEvent
from demo_project.shop.models import Category, Order, OrderLine, Product, Variant

FBP = "fb.1.1700000000000.1234567890"


def new_order(**changes) -> Order:
    values = {
        "status": Order.Status.PAID,
        "email": "jo@shop.example",
        "phone": "030 123456",
        "first_name": "Jo",
        "last_name": "Kite",
        "street": "Road 1",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "DE",
        "total": Decimal("99.00"),
        "paid_at": timezone.now(),
    }
    return Order(**(values | changes))


def stock(sku: str = "kite-1", price: Decimal = Decimal("49.50")) -> Variant:
    """Something on a shelf."""
    shelf = Category.objects.get_or_create(slug="kites", defaults={"title": "Kites"})[0]
    product = Product.objects.create(slug=sku, title="Kite", category=shelf)
    return Variant.objects.create(product=product, sku=sku, price=price)


def add_line(order: Order, variant: Variant | None, **changes) -> OrderLine:
    values = {"sku": "kite-1", "title": "Kite", "quantity": 2, "price": Decimal("49.50")}
    return OrderLine.objects.create(order=order, variant=variant, **(values | changes))


def buy(visitor, variant, **changes) -> Order:
    order = new_order(**changes)
    with visitor(), transaction.atomic():
        order.save()
        add_line(order, variant)
    return order


def row() -> OutboxEvent:
    return OutboxEvent.objects.get()


def payload() -> dict:
    return json.loads(row().payload)
