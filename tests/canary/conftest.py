"""A shop with birds in its settings and its orders."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from capi_tracking.sandbox import Sandbox
from demo_project.shop.models import Order
from tests.canary import birds
from tests.sales import add_line, new_order, stock


def plain(request: Any) -> dict[str, str]:
    """The setting ``VISITOR``: whoever is logged in is the bird."""
    return birds.OF_THE_CUSTOMER


@pytest.fixture
def meta(capi: Callable[..., None]) -> Iterator[Sandbox]:
    """A Meta that knows the shop's secrets, as Meta does."""
    with Sandbox(token=birds.TOKEN, app_secret=birds.APP_SECRET, pixels=["1234567890"]) as sandbox:
        pixel = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": birds.TOKEN, "APP_SECRET": birds.APP_SECRET}
        capi(
            PIXELS={"default": pixel},
            GRAPH_URL=sandbox.url,
            VISITOR=f"{__name__}.plain",
            TRANSPORT="capi_tracking.transports.graph.GraphTransport",
        )
        yield sandbox


@pytest.fixture
def buy(visitor: Callable[..., Any]) -> Callable[..., Order]:
    def make(**changes: Any) -> Order:
        order = new_order(**birds.OF_THE_CUSTOMER, street=birds.STREET, **changes)
        with visitor():
            order.save()
            add_line(order, stock(f"kite-{order.pk}"))
        return order

    return make
