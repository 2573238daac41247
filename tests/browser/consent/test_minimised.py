"""What a script says on a page leaves neither side more than it may: no person's data, and little of a restricted business."""

import json

import pytest

from tests.browser.shop import PIXEL

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRACK = "given => capi.track(...given)"
RESTRICTED = {"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": "x", "CORE_SETUP": True}}
SAID = {
    "content_name": "Test for two",
    "content_category": "Tests",
    "content_type": "product",
    "content_ids": ["sku-1"],
    "contents": [{"id": "sku-1", "quantity": 2, "title": "Test for two"}],
    "colour": "red",
}


def both(shop, name):
    """The event's custom data: the pixel's, and the outbox's."""
    hit, row = shop.paired(name)
    told = {key[3:-1]: value for key, value in hit["params"].items() if key.startswith("cd[")}
    return told, json.loads(row.payload).get("custom_data", {})


@pytest.mark.parametrize(
    "text",
    [
        "jo@shop.example",
        "for Jo <jo.do@shop.example>",
        "jo%40shop.example",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
        "call +49 171 1234567",
        "0049 30 1234567",
        "4111 1111 1111 1111",
    ],
)
def test_unsigned_event__tells_neither_side_who_somebody_is(granted, text):
    granted.go()
    granted.page.evaluate(TRACK, ["Contact", {"content_name": text, "content_type": "product"}])
    assert both(granted, "Contact") == ({"content_type": "product"}, {"content_type": "product"})


@pytest.mark.parametrize("text", ["4006381333931", "Kite 2026-11-26", "978-3-16-148410-0", "1.75 m x 2", "@2x"])
def test_unsigned_event__keeps_what_is_nobodys(granted, text):
    granted.go()
    granted.page.evaluate(TRACK, ["Contact", {"content_name": text}])
    assert both(granted, "Contact") == ({"content_name": text}, {"content_name": text})


def test_unsigned_event__of_a_restricted_business_has_no_words_on_either_side(granted, capi):
    capi(PIXELS=RESTRICTED)
    granted.go()
    granted.page.evaluate(TRACK, ["ViewContent", SAID])
    told, stored = both(granted, "ViewContent")
    pieces = [{"id": "sku-1", "quantity": 2}]
    assert told.keys() == stored.keys() == {"content_type", "content_ids", "contents"}
    assert json.loads(told["contents"]) == stored["contents"] == pieces


def test_call_of_others__for_a_restricted_business_has_no_data(granted, capi):
    capi(PIXELS=RESTRICTED)
    granted.go()
    granted.paired("PageView")
    granted.page.evaluate("fbq('track', 'Contact', {content_name: 'Test for two', colour: 'red'})")
    assert not any(key.startswith("cd[") for key in granted.hit("Contact")["params"])
