"""Meta's own SDK, in the peers' environment: the same events, built and sent as its documentation shows."""

import json
import time
from typing import Any

from facebook_business.adobjects.serverside.action_source import ActionSource
from facebook_business.adobjects.serverside.content import Content
from facebook_business.adobjects.serverside.custom_data import CustomData
from facebook_business.adobjects.serverside.event import Event
from facebook_business.adobjects.serverside.event_request import EventRequest
from facebook_business.adobjects.serverside.user_data import UserData
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from tests.benchmarks.sides import sample
from tests.benchmarks.sides.lines import cpu_seconds, serve, wall_seconds

NOW = int(time.time())
PIXEL = "1234567890"

NAMES = {"city": "city", "postal_code": "zip_code", "country": "country_code"}


def event(sale: sample.Sale) -> Event:
    return Event(
        event_name="Purchase",
        event_id=f"{sale.number:032x}",
        event_time=NOW,
        event_source_url=sample.URL,
        action_source=ActionSource.WEBSITE,
        user_data=UserData(**{NAMES.get(name, name): text for name, text in sale.person.items()}, **sale.browser),
        custom_data=CustomData(
            value=float(sample.VALUE),
            currency=sample.CURRENCY,
            content_type="product",
            order_id=f"G-{sale.number}",
            contents=[content(line) for line in sale.lines],
        ),
    )


def content(line: dict[str, Any]) -> Content:
    return Content(product_id=line["id"], quantity=line["quantity"], item_price=float(line["item_price"]))


def example() -> dict[str, Any]:
    return json.loads(EventRequest(pixel_id=PIXEL, events=[event(sample.sale(1))]).normalize()[0])


def build(first: int, count: int, national: bool = False) -> float:
    """Seconds of CPU time for so many events, as text: what its own ``EventRequest`` does with them."""
    sales = sample.sales(first, count, national=national)
    return cpu_seconds(lambda: [json.dumps(event(sale).normalize()) for sale in sales])


def connect(url: str) -> None:
    FacebookSession.GRAPH = url
    FacebookAdsApi.init(access_token="benchmark-token")


def send(first: int, count: int, at_once: int) -> float:
    """Seconds for so many events, built before, sent ``at_once`` in a request."""
    batches = [[event(sale) for sale in sample.sales(start, at_once)] for start in range(first, first + count, at_once)]

    def work() -> None:
        for batch in batches:
            taken = EventRequest(pixel_id=PIXEL, events=batch).execute()
            assert taken.events_received == len(batch), taken

    return wall_seconds(work)


if __name__ == "__main__":
    serve(example, build, connect, send)
