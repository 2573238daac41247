"""Events that no island holds: those that scripts tell, and those that the server hands over."""

import json
from base64 import urlsafe_b64encode
from decimal import Decimal

import pytest

from capi_tracking import islands
from capi_tracking.events import Content, CustomData, StandardEvent
from capi_tracking.models import OutboxEvent
from tests.browser.pages import alone
from tests.browser.shop import SOURCE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRACK = "given => capi.track(...given)"
HALF = {
    "pixel": "default",
    "name": "Schedule",
    "id": "from-the-server-1",
    "data": {"content_name": "Drachenbau für alle"},
}


def handed_over(*halves):
    return urlsafe_b64encode(json.dumps(halves, ensure_ascii=False).encode()).decode().rstrip("=")


def custom_data(row):
    return json.loads(row.payload)["custom_data"]


def test_track__pairs_what_a_script_tells_without_what_nobody_signed(granted):
    granted.go()
    told = {"value": 9, "currency": "EUR", "predicted_ltv": 90, "content_type": "product"}
    told["contents"] = [{"id": "sku-1", "quantity": 2, "item_price": 4.5}]
    event_id = granted.page.evaluate(TRACK, ["AddToCart", told])
    hit, row = granted.paired("AddToCart")
    assert row.event_id == event_id
    assert custom_data(row) == {"content_type": "product", "contents": [{"id": "sku-1", "quantity": 2}]}
    told = {name: value for name, value in hit["params"].items() if name.startswith("cd[")}
    assert told == {"cd[content_type]": "product", "cd[contents]": '[{"id":"sku-1","quantity":2}]'}


def test_track__reckons_an_items_price_as_the_server_does(granted, capi):
    capi(PIXELS={"default": {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "x"}})
    data = CustomData(contents=[Content(id="ü-1", item_price=Decimal("0.07"))], currency="EUR")
    granted.go()
    granted.page.evaluate(TRACK, ["AddToCart", {"item": islands.item(data, pixels=["default"]), "quantity": 3}])
    hit, row = granted.paired("AddToCart")
    assert hit["params"]["cd[value]"] == str(custom_data(row)["value"]) == "0.21"
    assert json.loads(hit["params"]["cd[contents]"]) == custom_data(row)["contents"]


def test_track__takes_a_given_id_and_refuses_what_the_relay_would(granted, capi):
    capi(COLLECT_EVENTS=["RingTried"])
    granted.go()
    granted.paired("PageView")
    calls = [
        ["Search", {}, {"eventId": "my-own-id"}],
        ["Contact", {}, {"eventId": "short"}],
        ["RingTried", {"ring": 17}],
        ["Purchase", {"value": 1, "currency": "EUR"}],
        ["RingFound"],
        ["AddToCart", {"item": islands.item(CustomData(content_ids=["a"]), pixels=["default"]), "quantity": 0}],
    ]
    ids = [granted.page.evaluate(TRACK, call) for call in calls]
    found = {name: granted.paired(name)[1].event_id for name in ("Search", "Contact", "RingTried")}
    assert ids[:4] == ["my-own-id", found["Contact"], found["RingTried"], ""]
    assert len(ids[1]) == 32
    assert {hit["event_name"] for hit in granted.sandbox.events} == {"PageView", *found}
    assert alone(OutboxEvent.objects.count) == 4
    assert len(granted.faults) == 2, "the console says why"
    granted.faults.clear()


def test_names__are_those_of_meta():
    text = SOURCE.with_name("capi-track.js").read_text()
    listed = text[text.index("STANDARD = [") : text.index("];")]
    assert {name for name in StandardEvent if f'"{name}"' in listed} == set(StandardEvent) - {"Purchase"}


def test_cookie_of_the_server__fires_the_browsers_copy_once_and_says_so_in_a_receipt_alone(granted):
    granted.context.add_cookies([{"name": "capi_next", "value": handed_over(HALF), "url": granted.url}])
    granted.go()
    hit = granted.hit("Schedule")
    assert (hit["event_id"], hit["params"]["cd[content_name]"]) == (HALF["id"], HALF["data"]["content_name"])
    assert "capi_next" not in granted.cookies()
    granted.until(
        lambda: any(said["name"] == "Schedule" for beacon in granted.beacons() for said in beacon["receipts"]), "said"
    )
    granted.page.reload()
    granted.until(lambda: len(granted.hits("PageView")) == 2, "the next view arrived")
    assert len(granted.hits("Schedule")) == 1
    assert not any(said["name"] == "Schedule" for beacon in granted.beacons() for said in beacon["events"])


def test_dom_event_of_the_server__fires_an_id_once_however_often_it_comes(granted):
    granted.go()
    granted.paired("PageView")
    for _ in "12":
        granted.page.evaluate(
            "half => document.body.dispatchEvent(new CustomEvent('capi:track', {bubbles: true, detail: {events: [half]}}))",
            HALF,
        )
    granted.page.evaluate(TRACK, ["Contact"])
    granted.paired("Contact")
    assert [hit["event_id"] for hit in granted.hits("Schedule")] == [HALF["id"]]


def test_without_consent__nothing_is_tracked_and_no_id_is_given(shop):
    shop.context.add_cookies([{"name": "capi_next", "value": handed_over(HALF), "url": shop.url}])
    shop.go()
    assert shop.page.evaluate(TRACK, ["Contact"]) == ""
    shop.page.evaluate(
        "half => document.dispatchEvent(new CustomEvent('capi:track', {detail: {events: [half]}}))", HALF
    )
    assert shop.is_quiet()
    shop.page.click("#no")
    assert list(shop.cookies()) == ["capi_consent"]
    assert not any("capi-" in request.url for request in shop.asked)
