"""What happens to orders: the words in which the histories are told."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from capi_tracking import context, orders
from capi_tracking.delivery import deliver_due
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.transports.local import MemoryTransport
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.sales import add_line, new_order, stock

YES, NO, LIMITED = (f"{state}.1.1767225600" for state in ("granted", "denied", "limited"))
UNPAID = {"status": Order.Status.PENDING, "paid_at": None}


@dataclass
class Shop:
    """A shop, its buyer and its payment provider. ``yes`` is the visitor's answer, "" where they were never asked."""

    visitor: Callable[..., Any]
    rf: Any
    capi: Callable[..., None]
    tmp_path: Any

    def adapter(self, **members: Any) -> None:
        orders.register(Order)(type("Changed", (ShopOrder,), members))

    def buy(self, answer: str = YES, headers: dict[str, str] | None = None, **changes: Any) -> Order:
        """The order and then its line, in one transaction of the visitor's request."""
        order = new_order(**changes)
        with self.visitor(answer, **(headers or {})), transaction.atomic():
            order.save()
            add_line(order, stock())
        return order

    def reserve(self, answer: str = YES, **changes: Any) -> Order:
        return self.buy(answer, **(UNPAID | changes))

    def pay(self, order: Order, **changes: Any) -> None:
        """By the payment provider's own call, which has no browser."""
        change(order, **({"status": Order.Status.PAID, "paid_at": timezone.now()} | changes))
        with context.serving(self.webhook()):
            order.save()

    def webhook(self) -> HttpRequest:
        return self.rf.post("/pay/", REMOTE_ADDR="1.1.1.1", headers={"user-agent": "PaymentGateway/1.0"})

    def remembered(self) -> str:
        request = self.rf.get("/checkout/", REMOTE_ADDR="8.8.8.8")
        request.COOKIES.update({"capi_consent": YES, "_fbp": "fb.1.1700000000000.1234567890"})
        return orders.remember(request)

    def save(self, order: Order, answer: str | None = None, **changes: Any) -> None:
        """Outside of any request, or in the visitor's."""
        change(order, **changes)
        with self.visitor(answer) if answer is not None else unseen():
            order.save()

    def deliver(self) -> None:
        deliver_due()

    def load(self, order: Order) -> None:
        """From a fixture."""
        path = self.tmp_path / "orders.json"
        call_command("dumpdata", "shop.order", output=str(path))
        OutboxEvent.objects.all().delete()
        call_command("loaddata", str(path), verbosity=0)

    def in_raw_sql(self, order: Order) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE shop_order SET status = 'paid', paid_at = %s WHERE id = %s", [ago(0), order.pk])


@contextmanager
def unseen() -> Iterator[None]:
    yield


def change(order: Order, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(order, name, value)


def ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def at_meta() -> list[str]:
    """What Meta got, as "name value", in the order of names."""
    events = (json.loads(payload) for batch in MemoryTransport.sent for payload in batch.payloads)
    return sorted(f"{event['event_name']} {_worth(event.get('custom_data', {}))}".strip() for event in events)


def _worth(data: dict[str, Any]) -> str:
    value = data.get("value", data.get("predicted_ltv"))
    return "" if value is None else f"{Decimal(str(value)):g}"


def kept_back() -> dict[str, int]:
    """The rows that Meta did not get, by why."""
    rows = OutboxEvent.objects.exclude(status=Status.SENT).values_list("status", "reason")
    return dict(Counter(reason or status for status, reason in rows))
