"""Oscar's own pages in Chromium, with the stand-in for Meta: what both sides say of one sale."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from capi_tracking.models import BrowserReceipt, BrowserState, OutboxEvent
from capi_tracking.testing import Sandbox, deliver_now
from capi_tracking.testing.fixtures import capi_sandbox  # noqa: F401 - pytest finds the fixture
from tests.browser import chromium
from tests.oscar.shopping import ADDRESS, Order, granted, stock
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: Any) -> Iterator[Any]:
    """Of a visitor who has agreed. Only this machine can be reached: Oscar asks others for jQuery."""
    with chromium.running() as browser:
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "capi_consent", "value": granted(), "url": live_server.url}])
        context.route(
            lambda url: not url.startswith("http://127.0.0.1") and "localhost" not in url, lambda way: way.abort()
        )
        yield context.new_page()
        context.close()


def buy(page: Any, product: Any) -> None:
    """As a guest would: each page of Oscar's, to the last."""
    for _ in range(2):
        page.goto(product.get_absolute_url())
        page.click("#add_to_basket_form button")
    page.goto("/checkout/")
    page.fill("[name=username]", "jo@shop.example")
    page.check("[name=options][value=anonymous]")
    page.click("form.card button[type=submit]")
    for name in ADDRESS.keys() - {"country"}:  # there is one, so Oscar asks for none
        page.fill(f"[name={name}]", ADDRESS[name])
    page.click("form#new_shipping_address button[type=submit]")
    page.click("text=Continue")
    page.click("#place-order")
    page.wait_for_url("**/checkout/thank-you/")


def hits(sandbox: Sandbox, name: str, channel: str = "browser") -> list[Any]:
    return [hit for hit in sandbox.events if (hit["event_name"], hit["channel"]) == (name, channel)]


def test_sale__is_a_pair_with_oscars_number_total_and_lines(page: Any, capi_sandbox: Sandbox) -> None:  # noqa: F811
    buy(page, stock())
    order = Order.objects.get()
    sale = OutboxEvent.objects.get(event_name="Purchase")
    until(lambda: (page.title(), hits(capi_sandbox, "Purchase"))[1], "the pixel's Purchase arrived")
    heard = BrowserReceipt.objects.filter(event_id=sale.event_id, state=BrowserState.HANDED_OVER)
    until(lambda: (page.title(), heard.exists())[1], "its receipt arrived")
    deliver_now(capi_sandbox)
    (told,), (sent,) = (hits(capi_sandbox, "Purchase", side) for side in ("browser", "server"))
    pairs = {pair["event_name"]: pair for pair in capi_sandbox.pairs()}
    assert pairs.keys() == {"PageView", "ViewContent", "InitiateCheckout", "Purchase"}
    assert (pairs["Purchase"]["event_id"], pairs["Purchase"]["browser"], pairs["Purchase"]["server"]) == (
        sale.event_id,
        1,
        1,
    )
    of_server, of_browser = sent["payload"]["custom_data"], told["params"]
    assert (of_server["order_id"], of_browser["cd[order_id]"]) == (order.number, order.number)
    assert (of_server["value"], of_browser["cd[value]"]) == (99, "99")
    assert (of_server["currency"], of_browser["cd[currency]"]) == ("EUR", "EUR")
    assert of_server["contents"] == [{"id": "kite-1", "quantity": 2, "item_price": 49.5}]
    assert json.loads(of_browser["cd[contents]"]) == of_server["contents"]
