"""A shop whose views are async: its sales are as good as any, and its thank-you page has their id."""

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.test import AsyncClient
from django.urls import include, path

from demo_project.shop.models import Order
from tests.sales import FBP, new_order, payload, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def thanks(request, order):
    page = Template("{% load capi_tracking %}{% pixel_head %}{% pixel_purchase order %}")
    return HttpResponse(page.render(RequestContext(request, {"order": order})))


async def buy(request):
    made = new_order(status=Order.Status.PENDING, paid_at=None)
    await made.asave()
    await made.lines.acreate(sku="kite-1", title="Kite", quantity=2, price="49.50")
    order = await Order.objects.aget(pk=made.pk)
    order.status, order.paid_at = Order.Status.PAID, new_order().paid_at
    await order.asave()
    return await sync_to_async(thanks)(request, order)


urlpatterns = [path("buy/", buy), path("capi/", include("capi_tracking.urls"))]


def test_sale__of_an_async_view_is_the_visitors_and_has_one_id_on_both_sides():
    client = AsyncClient(headers={"user-agent": "Safari"})
    client.cookies.load({"capi_consent": "granted.1.1767225600", "_fbp": FBP})
    page = async_to_sync(client.post)("/buy/")
    assert row().consent_state == "granted"
    assert payload()["user_data"]["fbp"] == FBP
    assert payload()["custom_data"]["contents"][0]["id"] == "kite-1"
    assert f'"id":"{row().event_id}"' in page.text
