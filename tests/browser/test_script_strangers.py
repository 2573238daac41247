"""What customers may write into a shop's pages (a review, a question) where its HTML is cleaned but attributes are left."""

import json

import pytest

from capi_tracking.models import OutboxEvent
from tests.browser.pages import alone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUT = "acts => { document.body.insertAdjacentHTML('beforeend', '<b id=bad>x</b>'); bad.dataset.capiOn = acts; bad.click(); }"


def test_element__whose_id_is_our_name_stops_nothing(granted):
    granted.go("/shop/clobbered/")
    granted.paired("PageView")


def test_attribute__tells_of_no_purchase(granted):
    granted.go()
    granted.paired("PageView")
    acts = [
        {"pixel": "default", "name": name, "data": json.dumps({"value": 9999, "currency": "EUR"}), "signature": "x"}
        for name in ("Purchase", "Contact")
    ]
    granted.page.evaluate(PUT, json.dumps(acts))
    granted.hit("Contact")
    assert not granted.hits("Purchase")
    assert alone(OutboxEvent.objects.count) == 1
