"""Custom data without what tells who somebody is, on both copies, and counted."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseRedirect
from django.utils import timezone

from capi_tracking import islands, orders
from capi_tracking.events import Content, CustomData
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.minimisation import LeftOut, scanned
from capi_tracking.models import Omission, OutboxEvent
from capi_tracking.shortcuts import track_request
from capi_tracking.tracking import omissions, track, track_all
from demo_project.shop.models import Order
from tests.handover.telling import GRANTED, decoded
from tests.sales import FBP, add_line, new_order, stock
from tests.tags.rendering import render

MAIL = "anna@example.com"


@pytest.fixture
def counts(django_capture_on_commit_callbacks):
    """What is counted by what is done inside."""

    def found():
        return {(row.event_name, row.parameter, row.kind): row.count for row in Omission.objects.all()}

    return found


@pytest.fixture(autouse=True)
def _nothing_told():
    omissions._told.clear()


@pytest.mark.parametrize(
    "name", ["content_name", "content_category", "search_string", "status", "order_id", "item_number"]
)
def test_scanned__leaves_out_a_parameter_that_tells_and_keeps_the_others(name):
    data, left_out = scanned(CustomData(**{name: f"for {MAIL}"}, num_items=2))
    assert data == CustomData(num_items=2)
    assert left_out == (LeftOut(name, "email"),)


def test_scanned__leaves_out_what_hides_deep_in_a_parameter_of_the_shops_own():
    extra = {"note": {"to": [{"reach": "0171 1234567"}]}, "colour": "red", MAIL: 1}
    data, left_out = scanned(CustomData(extra=extra))
    assert data.extra == {"colour": "red"}
    assert [each.note for each in left_out] == ["extra.note: held a phone number", "extra: held an e-mail address"]


def test_scanned__takes_digits_in_an_id_for_nobodys():
    data = CustomData(
        order_id="01711234567",
        content_ids=["4111111111111111"],
        contents=[Content(id="0171-1234567", item_price=9)],
        extra={"gtin": "01711234567", "parent_id": "4111111111111111", "phone_model": 4111111111111111},
    )
    assert scanned(data) == (data, ())


def test_scanned__leaves_out_ids_and_lines_that_tell():
    data, left_out = scanned(
        CustomData(
            content_ids=["sku-1", MAIL],
            contents=[Content(id="sku-1", title=f"Engraved {MAIL}", brand="Kites"), Content(id=f"gift-{MAIL}")],
        )
    )
    assert list(data.content_ids) == ["sku-1"]
    assert list(data.contents) == [Content(id="sku-1", brand="Kites")]
    assert {each.parameter for each in left_out} == {"content_ids", "contents.title", "contents.id"}


def test_scanned__gives_back_the_very_data_that_tells_nothing():
    data = CustomData(content_name="Kite", contents=[Content(id="kite-1", title="Kite 12")], extra={"colour": "red"})
    assert scanned(data)[0] is data


@pytest.mark.django_db
def test_track__writes_a_row_without_it_and_says_so(make_event, counts, django_capture_on_commit_callbacks):
    data = CustomData(value=9, currency="EUR", content_name=f"Letter to {MAIL}", extra={"reach": "+49 171 1234567"})
    with django_capture_on_commit_callbacks(execute=True):
        track(make_event(custom_data=data))
    row = OutboxEvent.objects.get()
    assert json.loads(row.payload)["custom_data"] == {"value": 9, "currency": "EUR"}
    assert row.notes == "content_name: held an e-mail address; extra.reach: held a phone number"
    assert counts() == {("Purchase", "content_name", "email"): 1, ("Purchase", "extra", "phone"): 1}


@pytest.mark.django_db(transaction=True)
def test_track__counts_only_what_is_committed_and_after_it(make_event, counts):
    class Undone(Exception):
        pass

    event = make_event(custom_data=CustomData(value=9, currency="EUR", content_name=MAIL))
    with pytest.raises(Undone), transaction.atomic():
        track(event)
        raise Undone
    assert counts() == {}
    with transaction.atomic():
        track(event)
        assert counts() == {}
    assert counts() == {("Purchase", "content_name", "email"): 1}


@pytest.mark.django_db
def test_track_all__counts_them_together(make_event, counts, django_capture_on_commit_callbacks):
    events = [("default", make_event("Search", custom_data=CustomData(search_string=MAIL))) for _ in range(3)]
    with django_capture_on_commit_callbacks(execute=True):
        track_all(events)
    assert counts() == {("Search", "search_string", "email"): 3}


@pytest.mark.django_db(transaction=True)
def test_order__is_counted_once_though_it_is_written_twice(visitor, monkeypatch, counts):
    line = stock()
    adapter = orders.registry.order_adapter(Order)
    found = type(adapter).custom_data
    monkeypatch.setattr(
        type(adapter),
        "custom_data",
        lambda self, order: CustomData(**(found(self, order).__dict__ | {"content_name": MAIL})),
    )
    with visitor(), transaction.atomic():
        order = new_order()
        order.save()
        add_line(order, line)
    custom_data = json.loads(OutboxEvent.objects.get().payload)["custom_data"]
    assert "content_name" not in custom_data
    assert custom_data["contents"]
    assert counts() == {("Purchase", "content_name", "email"): 1}
    (told,) = orders.purchase_islands(order)
    assert "content_name" not in told.data


def test_island__is_signed_without_it():
    made = islands.island("ViewContent", CustomData(content_name=f"For {MAIL}", content_ids=["sku-1"]))
    assert islands.verify("default", "ViewContent", made["data"], made["signature"]) == {"content_ids": ["sku-1"]}


def test_item__is_signed_without_it():
    token = islands.item(
        CustomData(content_name=MAIL, content_ids=["sku-1"], value=9, currency="EUR"), pixels=["default"]
    )
    assert "content_name" not in islands.verify_item(token, pixel="default")


@pytest.mark.django_db
def test_page__says_it_once_a_day_and_never_waits(counts, django_capture_on_commit_callbacks):
    tag = '{% pixel_event "ViewContent" content_ids="sku-1" content_name=name %}'
    with django_capture_on_commit_callbacks(execute=True) as first:
        assert MAIL not in render(tag, name=MAIL)
    with django_capture_on_commit_callbacks(execute=True) as second:
        render(tag, name=MAIL)
    assert (len(first), len(second)) == (1, 0)
    assert counts() == {("ViewContent", "content_name", "email"): 1}
    with time_machine.travel(timezone.now() + timedelta(days=1)), django_capture_on_commit_callbacks(execute=True):
        render(tag, name=MAIL)
    assert Omission.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_track_request__hands_the_browser_the_same(rf):
    request = rf.post("/join/", REMOTE_ADDR="8.8.8.8", headers={"user-agent": "Safari"})
    request.COOKIES.update({"capi_consent": GRANTED, "_fbp": FBP})

    def view(asked):
        track_request(asked, "Search", search_string=f"orders of {MAIL}", content_category="kites")

    response = TrackingMiddleware(lambda asked: view(asked) or HttpResponseRedirect("/"))(request)
    (half,) = decoded(response.cookies["capi_next"].value)
    assert half["data"] == {"content_category": "kites"}


@pytest.mark.django_db
def test_admin__shows_what_was_left_out(client, make_event, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        track(make_event(custom_data=CustomData(value=9, currency="EUR", content_name=MAIL)))
    client.force_login(User.objects.create_superuser("boss"))
    page = client.get("/admin/capi_tracking/omission/").content.decode()
    assert "content_name" in page
    assert "e-mail address" in page
    assert MAIL not in page
