"""A view tells of an event: the server's row and the browser's half say the same."""

import json
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse

from capi_tracking import context
from capi_tracking.events import StandardEvent
from capi_tracking.exceptions import InvalidEvent
from capi_tracking.middleware import TrackingMiddleware
from capi_tracking.models import OutboxEvent
from capi_tracking.orders import item_data
from capi_tracking.shortcuts import track_request
from demo_project.shop.models import Category, Order, Product, Variant
from tests.handover.telling import HTMX, TWO, answer, next_of
from tests.sales import FBP

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def product():
    return Variant(product=Product(title="Kite", category=Category(title="kites")), sku="K-1", price=Decimal("49.90"))


# -- Both halves -----------------------------------------------------------------------------------------------------


def test_both_halves__have_one_id_and_say_the_same(ask, product):
    response = answer(ask(), ("CustomizeProduct", product))
    row, (half,) = OutboxEvent.objects.get(), next_of(response)
    payload = json.loads(row.payload)
    assert (half["pixel"], half["name"], half["id"]) == (row.pixel, row.event_name, row.event_id)
    assert half["data"] == payload["custom_data"] == item_data(product).as_payload()
    assert "custom" not in half


def test_row__is_sent_under_the_visitors_consent_with_what_the_request_knows(ask):
    answer(ask(referer="http://testserver/join/?secret=b"), ("CompleteRegistration",))
    row = OutboxEvent.objects.get()
    payload = json.loads(row.payload)
    assert (row.status, row.source, row.consent_state, row.consent_source) == ("pending", "server", "granted", "cookie")
    assert payload["user_data"] == {"client_ip_address": "8.8.8.8", "client_user_agent": "Safari", "fbp": FBP}
    assert payload["event_source_url"] == "http://testserver/join/"


def test_row__knows_who_is_logged_in(ask):
    request = ask()
    request.user = get_user_model().objects.create_user("jo", "jo@shop.example")
    answer(request, ("CompleteRegistration",))
    assert {"em", "external_id"} <= set(OutboxEvent.objects.get().match_keys.split())


def test_row__knows_whom_the_object_knows(ask):
    order = Order.objects.create(email="jo@shop.example", total=Decimal("9.50"))
    answer(ask(), ("SubmitApplication", order))
    assert "em" in OutboxEvent.objects.get().match_keys.split()


@pytest.mark.parametrize(
    ("asked", "page", "before"),
    [
        ({"method": "get", "referer": "https://search.example/?q=kites"}, "/join/?utm_source=a", "https://search.example/?q=kites"),
        ({"method": "get", "referer": "http://testserver/before/"}, "/join/?utm_source=a", "http://testserver/before/"),
        ({"method": "get", "referer": "http://testserver/open/?x=1", "hx_request": "true"}, "/open/", None),
        ({"referer": "http://testserver/"}, "/", None),
        ({"referer": "https://elsewhere.example/"}, "/join/?utm_source=a", "https://elsewhere.example/"),
        ({}, "/", None),
        ({"method": "get"}, "/join/?utm_source=a", None),
    ],
)  # fmt: skip
def test_page__is_where_the_form_stood(ask, asked, page, before):
    answer(ask(**asked), ("Contact",))
    payload = json.loads(OutboxEvent.objects.get().payload)
    assert payload["event_source_url"] == f"http://testserver{page}"
    assert payload.get("referrer_url") == before


def test_data__given_by_name_goes_first_and_may_be_the_shops_own(ask, product):
    request = ask()
    with context.serving(request):
        track_request(request, "CustomizeProduct", product, value=1, ring_size=17)
    said = json.loads(OutboxEvent.objects.get().payload)["custom_data"]
    assert said == item_data(product).as_payload() | {"value": 1, "ring_size": 17}


def test_custom_name__is_said_to_be_one(ask):
    assert next_of(answer(ask(), ("NewsletterSignup",)))[0]["custom"] is True


def test_long_lists__are_cut_alike_on_both_sides(ask):
    request = ask(**HTMX)
    with context.serving(request):
        track_request(request, "Search", content_ids=[str(n) for n in range(150)])
    said = json.loads(OutboxEvent.objects.get().payload)["custom_data"]
    assert len(said["content_ids"]) == 100


def test_several_pixels__have_a_row_and_a_half_each_under_one_id(ask, capi):
    capi(PIXELS=TWO, PAGE_PIXELS=["default", "second", "empty"])
    halves = next_of(answer(ask(), ("Contact",)))
    assert [half["pixel"] for half in halves] == ["default", "second"]
    assert {half["id"] for half in halves} == set(OutboxEvent.objects.values_list("event_id", flat=True))
    assert OutboxEvent.objects.count() == 2


def test_one_pixel__may_be_named(ask, capi):
    capi(PIXELS=TWO)
    track_request(ask(), "Contact", pixel="second")
    assert OutboxEvent.objects.get().pixel == "second"


# -- Ids -------------------------------------------------------------------------------------------------------------


def test_id__may_be_the_shops_and_is_returned(ask):
    assert track_request(ask(), "Contact", event_id="enquiry-17") == OutboxEvent.objects.get().event_id == "enquiry-17"
    assert track_request(ask(), "Contact") in OutboxEvent.objects.values_list("event_id", flat=True)


@pytest.mark.parametrize("event_id", ["", "short", "x" * 65, "a b c d e", "ümlautüml", 12345678])
def test_id__that_no_beacon_could_carry_is_refused(ask, event_id):
    with pytest.raises(InvalidEvent, match="event_id"):
        track_request(ask(), "Contact", event_id=event_id)


def test_same_event__twice_in_a_request_is_two_but_under_one_id_is_one(ask):
    request = ask()

    def view(request):
        for event_id in (None, None, "enquiry-17", "enquiry-17"):
            track_request(request, "Contact", event_id=event_id)
        return HttpResponse()

    halves = next_of(TrackingMiddleware(view)(request))
    assert len(halves) == len({half["id"] for half in halves}) == OutboxEvent.objects.count() == 3


# -- htmx ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(StandardEvent) - {"Purchase", "PageView"}))
def test_every_standard_event__can_be_told(ask, name):
    assert uuid.UUID(track_request(ask(), name))
