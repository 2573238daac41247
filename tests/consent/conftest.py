"""What the visitors of these tests do: post beacons, buy, and change their minds."""

import json
import time

import pytest
from django.test import Client

from tests.sales import FBP, stock

SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15"
OWN_PAGE = {"user-agent": SAFARI, "origin": "http://testserver", "sec-fetch-site": "same-origin"}


@pytest.fixture(autouse=True)
def _empty(empty_cache):
    """No visitor of another test has used up the rate."""


@pytest.fixture
def product(db):
    return stock()


@pytest.fixture
def beacon():
    """Posts a beacon of a visitor whose cookie says this, and gives the answer."""

    def post(state="", said=None, *, fbp=FBP, user=None, **headers):
        client = Client()
        if user:
            client.force_login(user)
        client.cookies.load({"capi_consent": f"{state}.1.{int(time.time())}"} if state else {})
        client.cookies.load({"_fbp": fbp} if fbp else {})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/capi/collect/", json.dumps(said or {}), "text/plain", headers=OWN_PAGE | named)

    return post


def view(event_id="0123456789abcdef", **more):
    return {"events": [{"pixel": "default", "name": "PageView", "id": event_id}], **more}
