"""Which pixels get an order: its adapter's, else its site's and host's, else the default."""

import pytest
from django.utils import timezone

from capi_tracking import context
from capi_tracking.models import CheckoutContext, OutboxEvent
from capi_tracking.orders import purchase_islands
from demo_project.shop.models import Order
from tests.sales import new_order

pytestmark = pytest.mark.django_db
GERMAN = {"PIXEL_ID": "11", "ACCESS_TOKEN": "t", "HOSTS": ["de.shop.example", "*.shop.de"]}
SWISS = {"PIXEL_ID": "22", "ACCESS_TOKEN": "t", "HOSTS": ["CH.shop.example"], "SITES": [2]}
WHOLE = {"PIXEL_ID": "33", "ACCESS_TOKEN": "t", "HOSTS": ["*.shop.example"]}


@pytest.fixture(autouse=True)
def _pixels(capi):
    default = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "t"}
    capi(PIXELS={"default": default, "de": GERMAN, "ch": SWISS, "all": WHOLE})


def told():
    return sorted(OutboxEvent.objects.values_list("pixel", flat=True))


@pytest.mark.parametrize(
    ("host", "pixels"),
    [
        ("de.shop.example", ["all", "de"]),
        ("DE.shop.example:8443", ["all", "de"]),
        ("www.shop.de", ["de"]),
        ("ch.shop.example", ["all", "ch"]),
        ("elsewhere.example", ["default"]),
        ("notshop.de", ["default"]),
    ],
)
def test_order__goes_to_the_pixels_of_the_host_that_it_was_bought_on(visitor, host, pixels):
    with visitor(host=host):
        order = new_order()
        order.save()
    assert told() == pixels
    assert sorted(island.pixel for island in purchase_islands(order)) == pixels


def test_order__paid_by_webhook_on_another_host_goes_where_it_was_bought(visitor, rf):
    order = new_order(status=Order.Status.PENDING, paid_at=None)
    with visitor(host="www.shop.de"):
        order.save()
    order.status, order.paid_at = Order.Status.PAID, timezone.now()
    with context.serving(rf.post("/pay/", headers={"host": "ch.shop.example"})):
        order.save()
    assert told() == ["de"]


def test_order__looked_at_on_another_host_goes_to_no_further_pixel(visitor):
    with visitor(host="www.shop.de"):
        order = new_order()
        order.save()
    with visitor(host="ch.shop.example"):
        order.save()
    assert told() == ["de"]


def test_order__of_a_buyer_who_refused_is_withheld_where_it_was_bought(visitor):
    with visitor("denied.1.1767225600", host="www.shop.de"):
        new_order().save()
    assert told() == ["de"]
    assert CheckoutContext.objects.get().url == ""


def test_order__goes_by_the_site_and_host_that_its_adapter_names(visitor, adapter):
    adapter(site=lambda self, order: 2)
    with visitor(host="elsewhere.example"):
        new_order().save()
    assert told() == ["ch"]


def test_order__goes_by_its_own_host_before_the_visits(visitor, adapter):
    adapter(host=lambda self, order: "shop.shop.de:443")
    with visitor(host="ch.shop.example"):
        new_order().save()
    assert told() == ["de"]


@pytest.mark.parametrize(("named", "pixels"), [(["ch"], ["ch"]), ("de", ["de"]), ([], [])])
def test_order__goes_where_its_adapter_says_whatever_the_host(visitor, adapter, named, pixels):
    adapter(pixels=lambda self, order: named)
    with visitor(host="www.shop.de"):
        new_order().save()
    assert told() == pixels


def test_order__of_a_shop_with_one_pixel_asks_no_context_for_its_route(visitor, capi, django_assert_max_num_queries):
    def saved():
        with visitor(), django_assert_max_num_queries(50) as counted:
            new_order().save()
        return len(counted)

    routed = saved()
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "t"}})
    assert saved() == routed - 1


def test_order__of_a_shop_that_routes_by_sites_alone_asks_no_context_either(
    visitor, capi, django_assert_max_num_queries
):
    def saved():
        with visitor(), django_assert_max_num_queries(50) as counted:
            new_order().save()
        return len(counted)

    default = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "t"}
    capi(PIXELS={"default": default})
    usual = saved()
    capi(PIXELS={"default": default, "b": {"PIXEL_ID": "2", "ACCESS_TOKEN": "t", "SITES": [2]}})
    assert saved() == usual
