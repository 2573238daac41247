"""A shop's own admin site: our pages stay within it, and miss what it leaves out."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import path
from django.utils import timezone

from capi_tracking.models import SkipCount, Status
from demo_project.shop.models import Order
from tests import urls
from tests.factories import BrowserReceiptFactory, DeliveryAttemptFactory, OutboxEventFactory, PixelFactory
from tests.sales import new_order

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def site(name, models):
    made = admin.AdminSite(name)
    for model in models:
        made.register(model, type(admin.site.get_model_admin(model)))
    return made


OURS = [model for model in apps.get_app_config("capi_tracking").get_models() if admin.site.is_registered(model)]
urlpatterns = [
    *urls.urlpatterns,
    path("office/", site("office", OURS).urls),
    path("orders/", site("orders", [Order]).urls),
    *(path(f"{name}/", site(name, [model]).urls) for model in OURS if (name := model._meta.model_name)),
]
PAGES = (
    "dashboard/",
    "matchquality/",
    "qualitysnapshot/",
    "reconciliation/",
    "outboxevent/",
    "outboxevent/failures/",
    "outboxevent/overlap/",
    "outboxevent/{event}/change/",
    "pixel/",
    "pixel/{pixel}/change/",
    "deliveryattempt/",
    "deliveryattempt/{attempt}/change/",
    "browserreceipt/",
)


@pytest.fixture
def pages():
    """Some of everything that a page may lead to."""
    pixel = PixelFactory(state="paused", paused_reason="by jo", paused_at=timezone.now())
    event = OutboxEventFactory(status=Status.DEAD, reason="rejected_100")
    BrowserReceiptFactory(row=OutboxEventFactory(sent=True))
    OutboxEventFactory(sent=True)
    attempt = DeliveryAttemptFactory(denied=True, events=[event.pk])
    SkipCount.objects.add(timezone.localdate(), "default", "PageView", "bot")
    return [page.format(event=event.pk, pixel=pixel.pk, attempt=attempt.pk) for page in PAGES]


def test_pages__lead_to_pages_of_their_own_site(admin_client, pages):
    found = set()
    for page in pages:
        shown = admin_client.get(f"/office/capi_tracking/{page}")
        assert shown.status_code == 200
        found |= set(re.findall(r'(?:href|action)="/(\w+)/capi_tracking/', shown.text))
    assert found - {"static"} == {"office"}


def test_pages__stand_alone_where_the_site_has_no_other_of_ours(admin_client, pages):
    for page in pages:
        name = page.partition("/")[0]
        assert admin_client.get(f"/{name}/capi_tracking/{page}").status_code == 200, page


def test_column__links_to_nothing_where_the_site_has_no_events(admin_client):
    new_order().save()
    assert 'class="capi-pill' in admin_client.get("/orders/shop/order/").text
    assert "capi_tracking/outboxevent" not in admin_client.get("/orders/shop/order/").text
    assert "/admin/capi_tracking/outboxevent/" in admin_client.get("/admin/shop/order/").text
