"""``pixel_purchase``: the order's own event on its page."""

import json
from decimal import Decimal

import pytest
from django.http import HttpResponse

from capi_tracking import context
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import BrowserState, OutboxEvent
from capi_tracking.tracking import Receipt, acknowledge
from demo_project.shop.models import Order
from tests.tags.rendering import TWO, data_of, islands_of, render


def test_purchase__is_the_orders_own_event_with_the_buyers_hashes(rf, sold):
    island = data_of(render("{% pixel_purchase order %}", rf.get("/"), order=sold))
    row = OutboxEvent.objects.get()
    assert (island["pixel"], island["name"], island["id"]) == ("default", "Purchase", row.event_id)
    payload = json.loads(row.payload)
    assert island["data"] == payload["custom_data"]
    assert island["keys"]["em"] == payload["user_data"]["em"][0]
    assert "jo@shop.example" not in json.dumps(island)


def test_purchase__of_several_pixels_is_an_island_for_each_that_has_not_had_it(rf, sold, adapter, capi):
    capi(PIXELS=TWO)
    adapter(pixels=lambda self, order: ("default", "nobody", "empty", "second"))
    found = islands_of(render("{% pixel_purchase order %}", rf.get("/"), order=sold))
    assert [island["pixel"] for island in found] == ["default", "second"]
    assert found[0]["data"] == found[1]["data"]
    said = Receipt(pixel="second", event_name="Purchase", event_id=found[1]["id"], state=BrowserState.HANDED_OVER)
    sold.save()
    acknowledge(said)
    left = islands_of(render("{% pixel_purchase order %}", rf.get("/"), order=sold))
    assert [island["pixel"] for island in left] == ["default"]


def test_purchase__makes_its_page_private(rf, sold):
    request = rf.get("/")
    request._cache_update_cache = True

    def view(request):
        return HttpResponse(render("{% pixel_purchase order %}", request, order=sold))

    assert TrackingMiddleware(view)(request).headers["Cache-Control"] == "private, no-store"
    assert request._cache_update_cache is False


def test_purchase__finds_the_request_where_the_template_has_none(rf, sold):
    request = rf.get("/")
    with context.serving(request):
        assert data_of(render("{% pixel_purchase order %}", order=sold))
    assert context.is_private(request)


def test_purchase__stays_away_where_nothing_keeps_the_page_private(sold):
    assert render("{% pixel_purchase order %}", order=sold) == ""


def test_purchase__is_over_once_a_browser_has_had_it(rf, sold):
    row = OutboxEvent.objects.get()
    acknowledge(Receipt(pixel="default", event_name="Purchase", event_id=row.event_id, state=BrowserState.HANDED_OVER))
    request = rf.get("/")
    assert render("{% pixel_purchase order %}", request, order=sold) == ""
    assert context.is_private(request)


@pytest.mark.parametrize("order", [None, "", object()])
def test_purchase__of_nothing_is_nothing(rf, settings, order):
    assert render("{% pixel_purchase order %}", rf.get("/"), order=order) == ""
    settings.DEBUG = True
    assert render("{% pixel_purchase order %}", rf.get("/"), order=order).startswith("<!-- capi_tracking:")


def test_purchase__of_an_unpaid_order_is_nothing(rf, db):
    order = Order.objects.create(email="jo@shop.example", total=Decimal("9.50"), status="pending")
    assert render("{% pixel_purchase order %}", rf.get("/"), order=order) == ""
