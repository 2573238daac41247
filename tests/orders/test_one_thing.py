"""A lead that is saved, and that a view tells of: one thing, one row, one id, and both copies."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from capi_tracking import orders
from capi_tracking.models import OutboxEvent, Status
from capi_tracking.orders import ModelEventAdapter
from capi_tracking.shortcuts import track_request
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order
from tests.sales import FBP, new_order, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Iterator[Any]:
    def use(**members: Any) -> None:
        given = {"happened_at": "created_at", "email": "email", "phone": "phone", **members}
        orders.register(Order, event="Lead")(type("ShopLead", (ModelEventAdapter,), given))

    yield use
    orders.register(Order)(ShopOrder)


@pytest.fixture
def asked(rf: Any) -> Any:
    request = rf.post("/contact/", REMOTE_ADDR="8.8.8.8", headers={"user-agent": "Safari"})
    request.COOKIES.update({"capi_consent": "granted.1.1767225600", "_fbp": FBP})
    return request


def test_lead__saved_and_told_by_its_view_is_one_row_under_one_id(visitor, lead, asked):
    lead()
    with visitor(), transaction.atomic():
        enquiry = new_order(status="new")
        enquiry.save()
        told = track_request(asked, "Lead", enquiry)
        enquiry.save()
    assert (row().event_id, row().order_key) == (told, f"shop.order:{enquiry.pk}")


def test_lead__told_by_its_view_where_no_signal_saw_it_is_not_doubled_by_a_later_save(visitor, lead, asked):
    lead()
    Order.objects.bulk_create([new_order(status="new")])
    enquiry = Order.objects.get()
    told = track_request(asked, "Lead", enquiry)
    with visitor():
        enquiry.save()
    assert (row().event_id, row().status) == (told, Status.PENDING)


def test_lead__that_is_withheld_is_told_by_no_browser(visitor, lead, asked):
    lead(is_test=lambda self, order: True)
    with visitor():
        enquiry = new_order(status="new")
        enquiry.save()
    assert track_request(asked, "Lead", enquiry) == ""
    assert (row().status, row().reason) == (Status.SKIPPED, "excluded_test_order")


def test_lead__that_no_signal_saw_is_withheld_all_the_same(lead, asked):
    lead(is_test=lambda self, order: True)
    Order.objects.bulk_create([new_order(status="new")])
    assert track_request(asked, "Lead", Order.objects.get()) == ""
    assert (row().status, row().reason) == (Status.SKIPPED, "excluded_test_order")


def test_lead__goes_to_the_pixels_of_its_adapter(visitor, lead, asked, capi):
    capi(PIXELS={alias: {"PIXEL_ID": f"1{alias}", "ACCESS_TOKEN": "t"} for alias in ("default", "b")})
    lead(pixels=lambda self, order: ["b"])
    with visitor():
        enquiry = new_order(status="new")
        enquiry.save()
    track_request(asked, "Lead", enquiry)
    assert list(OutboxEvent.objects.values_list("pixel", flat=True)) == ["b"]


@pytest.mark.parametrize("name", ["Contact", "CompleteRegistration"])
def test_lead__of_which_a_view_tells_something_else_is_another_event(visitor, lead, asked, name):
    lead()
    with visitor():
        enquiry = new_order(status="new")
        enquiry.save()
    told = track_request(asked, name, enquiry)
    assert OutboxEvent.objects.get(event_name=name).event_id == told
    assert OutboxEvent.objects.get(event_name="Lead").event_id != told


def test_lead__with_an_id_of_the_views_own_keeps_it(lead, asked):
    lead()
    assert track_request(asked, "Lead", new_order(status="new"), event_id="id-of-the-view") == "id-of-the-view"


def test_lead__that_is_not_saved_yet_is_no_row_of_an_order(lead, asked):
    lead()
    assert track_request(asked, "Lead", new_order(status="new")) == row().event_id
    assert row().order_key is None
