"""Orders of the demo shop, and what became of them in the outbox."""

import json
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from capi_tracking.models import OutboxEvent
from demo_project.shop.models import Order, OrderLine, Product

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


def add_line(order: Order, product: Product | None, **changes) -> OrderLine:
    values = {"sku": "kite-1", "title": "Kite", "quantity": 2, "price": Decimal("49.50")}
    return OrderLine.objects.create(order=order, product=product, **(values | changes))


def buy(visitor, product, **changes) -> Order:
    order = new_order(**changes)
    with visitor(), transaction.atomic():
        order.save()
        add_line(order, product)
    return order


def row() -> OutboxEvent:
    return OutboxEvent.objects.get()


def payload() -> dict:
    return json.loads(row().payload)
