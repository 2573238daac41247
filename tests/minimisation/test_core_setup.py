"""``CORE_SETUP``: no custom parameters, no words, addresses cut to the host."""

import json

import pytest

from capi_tracking import islands, orders
from capi_tracking.events import Content, CustomData
from capi_tracking.models import OutboxEvent
from capi_tracking.tracking import track
from tests.sales import buy, stock
from tests.tags.rendering import render

pytestmark = pytest.mark.django_db

WORDY = CustomData(
    value=9,
    currency="EUR",
    order_id="7",
    content_ids=["sku-1"],
    content_name="A test for something",
    content_category="Tests",
    search_string="am I ill",
    contents=[Content(id="sku-1", quantity=2, item_price=4, title="A test", brand="Ill", category="Tests")],
    extra={"clinic": "north"},
)
BARE = {
    "value": 9,
    "currency": "EUR",
    "order_id": "7",
    "content_ids": ["sku-1"],
    "contents": [{"id": "sku-1", "quantity": 2, "item_price": 4}],
}


@pytest.fixture(autouse=True)
def _pixels(capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "CORE_SETUP": True}, "second": {"PIXEL_ID": "2"}})


def test_row__has_numbers_and_ids_alone_and_hosts_for_addresses(make_event):
    addresses = {"event_source_url": "https://shop.example/ill/?q=1", "referrer_url": "https://else.example/ill"}
    track(make_event(custom_data=WORDY, **addresses))
    track(make_event(custom_data=WORDY, **addresses), pixel="second")
    bare, whole = (json.loads(row.payload) for row in OutboxEvent.objects.order_by("pixel"))
    assert bare["custom_data"] == BARE
    assert (bare["event_source_url"], bare["referrer_url"]) == ("https://shop.example/", "https://else.example/")
    assert whole["custom_data"] == WORDY.as_payload()
    assert whole["event_source_url"] == addresses["event_source_url"]


def test_row__without_addresses_gets_none(make_event):
    track(make_event(custom_data=WORDY))
    assert "event_source_url" not in json.loads(OutboxEvent.objects.get().payload)


def test_island__tells_each_pixel_what_it_may_have():
    bare, whole = islands.several("ViewContent", WORDY, pixels=["default", "second"])
    assert islands.verify("default", "ViewContent", bare["data"], bare["signature"]) == BARE
    assert json.loads(whole["data"]) == WORDY.as_payload()


def test_item__of_several_pixels_says_what_all_may_have():
    named = CustomData(value=9, currency="EUR", content_ids=["sku-1"], content_name="A test")
    both, other = islands.item(named, pixels=["default", "second"]), islands.item(named, pixels=["second"])
    assert "content_name" not in islands.verify_item(both, pixel="second")
    assert islands.verify_item(other, pixel="second")["content_name"] == "A test"


def test_sale__on_the_thank_you_page_is_the_same(visitor, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(orders.ModelOrderAdapter, "custom_data", lambda self, order: WORDY)
    with django_capture_on_commit_callbacks(execute=True):
        order = buy(visitor, stock())
    (told,) = orders.purchase_islands(order)
    assert told.data == BARE == json.loads(OutboxEvent.objects.get().payload)["custom_data"]


def test_noscript__names_the_host_alone(rf):
    request = rf.get("/ill/?page=2", headers={"user-agent": "Safari"})
    request.COOKIES["capi_consent"] = "granted.1.1767225600"
    html = render('{% pixel_noscript pixel="default second" %}', request)
    assert "id=1234567890&amp;ev=PageView&amp;dl=http%3A%2F%2Ftestserver%2F&amp;" in html
    assert "id=2&amp;ev=PageView&amp;dl=http%3A%2F%2Ftestserver%2Fill%2F%3Fpage%3D2&amp;" in html
