"""Our side of building an event, and the limit: what a hand-written function takes that knows nothing but the sample."""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

if os.environ.get("BENCHMARK_JSON") == "standard":
    sys.modules["orjson"] = None  # type: ignore[assignment]  # as where the extra is not installed

from capi_tracking import normalization
from capi_tracking.events import Content, CustomData, Event, UserData, fields
from tests.benchmarks.sides import sample
from tests.benchmarks.sides.lines import cpu_seconds, serve

NOW = datetime.now(UTC)


def event(sale: sample.Sale) -> Event:
    return Event(
        name="Purchase",
        event_id=f"{sale.number:032x}",
        event_time=NOW,
        event_source_url=sample.URL,
        user_data=UserData.of(**sale.person, **sale.browser),
        custom_data=CustomData(
            value=sample.VALUE,
            currency=sample.CURRENCY,
            content_type="product",
            order_id=f"G-{sale.number}",
            contents=[Content(**line) for line in sale.lines],
        ),
    )


def example() -> dict[str, Any]:
    return json.loads(event(sample.sale(1)).as_json())


def build(first: int, count: int, national: bool = False) -> float:
    """Seconds of CPU time for so many events, as text."""
    sales = sample.sales(first, count, national=national)
    return cpu_seconds(lambda: [event(sale).as_json() for sale in sales])


def by_hand(first: int, count: int) -> float:
    """The same text from a function that checks nothing and normalises what is normal already."""
    sales = sample.sales(first, count)
    return cpu_seconds(lambda: [dumps(written(sale)) for sale in sales])


def by_rules(first: int, count: int) -> float:
    """The same text, each value by our rules, and no objects: what is left is what a function for one event costs."""
    sales = sample.sales(first, count)
    return cpu_seconds(lambda: [dumps(ruled(sale)) for sale in sales])


def dumps(payload: dict[str, Any]) -> str:
    orjson = sys.modules.get("orjson")
    return orjson.dumps(payload).decode() if orjson else json.dumps(payload, separators=(",", ":"))


NAMES = {
    "email": "em",
    "phone": "ph",
    "first_name": "fn",
    "last_name": "ln",
    "city": "ct",
    "postal_code": "zp",
    "country": "country",
    "external_id": "external_id",
}


def normal_already(text: str) -> str:
    return text.strip().lower().lstrip("+")


def written(sale: sample.Sale, normal: Callable[[str], str] = normal_already) -> dict[str, Any]:
    user = {NAMES[name]: [hashed(normal(text))] for name, text in sale.person.items()}
    return {
        "event_name": "Purchase",
        "event_time": int(NOW.timestamp()),
        "event_id": f"{sale.number:032x}",
        "action_source": "website",
        "event_source_url": sample.URL,
        "user_data": user | sale.browser,
        "custom_data": {
            "value": float(sample.VALUE),
            "currency": sample.CURRENCY,
            "content_type": "product",
            "order_id": f"G-{sale.number}",
            "contents": [line | {"item_price": float(line["item_price"])} for line in sale.lines],
        },
    }


def ruled(sale: sample.Sale) -> dict[str, Any]:
    region = normalization.country(sale.person["country"])
    payload = written(by_our_rules(sale, region), str)
    payload["custom_data"]["value"] = float(fields.amount("value", sample.VALUE) or 0)
    payload["custom_data"]["currency"] = fields.currency("currency", sample.CURRENCY)
    payload["custom_data"]["order_id"] = fields.identifier("order_id", f"G-{sale.number}")
    return payload


def by_our_rules(sale: sample.Sale, region: str) -> sample.Sale:
    person = {
        name: PERSON[name](text, region) if name in BY_COUNTRY else PERSON[name](text)
        for name, text in sale.person.items()
    }
    browser = {name: BROWSER[name](text) for name, text in sale.browser.items()}
    return sample.Sale(sale.number, person, browser, [line_by_our_rules(**line) for line in sale.lines])


def line_by_our_rules(id: str, quantity: int, item_price: Any) -> dict[str, Any]:  # noqa: A002
    return {
        "id": fields.identifier("id", id),
        "quantity": fields.count("quantity", quantity, least=1),
        "item_price": fields.amount("item_price", item_price),
    }


PERSON: dict[str, Any] = {
    "email": normalization.email,
    "phone": normalization.phone,
    "first_name": normalization.name,
    "last_name": normalization.name,
    "city": normalization.city,
    "postal_code": normalization.postal_code,
    "country": normalization.country,
    "external_id": str.strip,
}
BY_COUNTRY = frozenset({"phone", "postal_code"})
BROWSER: dict[str, Any] = {
    "client_ip_address": normalization.client_ip,
    "client_user_agent": normalization.user_agent,
    "fbp": normalization.fbp,
    "fbc": normalization.fbc,
}


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    serve(example, build, by_hand, by_rules)
