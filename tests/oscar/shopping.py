"""What buyers and staff of the Oscar shop do."""

import json
import re
import time
from decimal import Decimal
from typing import Any

from django.test import Client, TestCase
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from capi_tracking.models import OutboxEvent

Order = get_model("order", "Order")
FBP = "fb.1.1700000000000.1234567890"
VISITOR = {"HTTP_USER_AGENT": "Safari", "REMOTE_ADDR": "8.8.8.8"}
ADDRESS = {
    "first_name": "Jo",
    "last_name": "Kite",
    "line1": "Road 1",
    "line4": "Berlin",
    "postcode": "10115",
    "country": "DE",
    "phone_number": "+49 30 123456",
}


def stock(sku: str = "kite-1", price: str = "49.50", **changes: Any) -> Any:
    """An article on a shelf, in a shop that ships to Germany."""
    get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2="DE", defaults={"printable_name": "Germany", "is_shipping_country": True}
    )
    values = {"title": "Kite", "price": Decimal(price), "partner_sku": sku, "num_in_stock": 50}
    return create_product(**(values | changes))


def granted() -> str:
    """The cookie of a visitor who agreed a while ago."""
    return f"granted.1.{int(time.time()) - 600}"


def visitor(*, asked: bool = True) -> Client:
    client = Client(**VISITOR)
    client.cookies.load({"capi_consent": granted(), "_fbp": FBP} if asked else {})
    return client


def fill(client: Client, product: Any, quantity: int = 2) -> None:
    """Put it into the basket, as the form on its page does."""
    answer = client.post(f"/basket/add/{product.pk}/", {"quantity": quantity, "child_id": product.pk})
    assert answer.status_code == 302


def check_out(client: Client, email: str = "jo@shop.example") -> Any:
    """From the basket to the thank-you page, through each step of Oscar's checkout; the order."""
    client.post("/checkout/", {"username": email, "options": "anonymous"})
    client.post("/checkout/shipping-address/", ADDRESS)
    client.get("/checkout/shipping-method/")
    client.get("/checkout/payment-method/")
    with TestCase.captureOnCommitCallbacks(execute=True):  # where the test's own transaction holds Oscar's
        answer = client.post("/checkout/preview/", {"action": "place_order"})
    assert answer.headers["location"] == "/checkout/thank-you/", answer.content
    return Order.objects.get(pk=client.session["checkout_order_id"])


def buy(client: Client, product: Any, quantity: int = 2) -> Any:
    fill(client, product, quantity)
    return check_out(client)


def row() -> OutboxEvent:
    return OutboxEvent.objects.get()


def payload() -> dict[str, Any]:
    return json.loads(row().payload)


def told(page: Any, name: str) -> dict[str, Any]:
    """What the page's island of that name says."""
    texts = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page.content.decode(), re.DOTALL)
    return json.loads(next(island for island in map(json.loads, texts) if island.get("name") == name)["data"])
