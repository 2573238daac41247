"""A running sandbox, a clock that can be set, and good events to break."""

import hashlib
import time

import pytest
import requests

from capi_tracking.sandbox import Sandbox

PIXEL = "1234567890"
HASH = hashlib.sha256(b"someone@example.org").hexdigest()


class Clock:
    """A clock that a test can set."""

    def __init__(self):
        self.now = float(int(time.time()))

    def __call__(self):
        return self.now


def good_event(now, **changes):
    """One good event; keyword arguments replace keys, None takes them out."""
    good = {
        "event_name": "ViewContent",
        "event_time": int(now),
        "event_id": "id-0000001",
        "action_source": "website",
        "event_source_url": "https://shop.example/p/1",
        "user_data": {"em": [HASH], "client_user_agent": "Mozilla/5.0"},
    } | changes
    return {key: value for key, value in good.items() if value is not None}


def codes(answer):
    """HTTP status, code and subcode of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock, pixels={PIXEL}) as running:
        yield running


@pytest.fixture
def http():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def event(clock):
    def make(**changes):
        return good_event(clock.now, **changes)

    return make


@pytest.fixture
def address():
    """The edge of a sandbox where events go."""

    def edge(sandbox, pixel=PIXEL, version="v26.0"):
        return f"{sandbox.url}/{version}/{pixel}/events"

    return edge


@pytest.fixture
def post(sandbox, http, address):
    """Sends events as the JSON body of one request."""

    def send(*events, to=None, pixel=PIXEL, version="v26.0", headers=None, **fields):
        to = to or sandbox
        body = {"data": list(events), "access_token": to.token} | fields
        return http.post(address(to, pixel, version), json=body, headers=headers, timeout=30)

    return send


@pytest.fixture
def hit(sandbox, http):
    """One hit of the pixel."""

    def send(name="ViewContent", event_id="id-0000001", pixel=PIXEL, **params):
        params = {"id": pixel, "ev": name, "eid": event_id} | params
        query = {key: value for key, value in params.items() if value}
        return http.get(f"{sandbox.url}/tr/", params=query, timeout=30)

    return send
