"""Django's page of an error shows what each frame holds: raised inside whichever layer of ours, no secret and no customer."""

import gzip
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
import requests
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.utils import timezone
from django.views.debug import ExceptionReporter

from capi_tracking import handover, relay, tracking
from capi_tracking.conf import pixel
from capi_tracking.events import Event, UserData
from capi_tracking.models import OutboxEvent
from capi_tracking.orders import building, checkout
from capi_tracking.orders.registry import order_adapter
from capi_tracking.orders.sales import Sale
from capi_tracking.relay import sender
from capi_tracking.transports import exchange, graph
from capi_tracking.transports.base import Batch
from capi_tracking.visitors import people
from demo_project.shop.models import Order
from tests.canary import birds
from tests.relay.beacons import ask

pytestmark = pytest.mark.django_db(transaction=True)


BROKEN = re.compile(r"&#x27;\s*\n\s*b?&#x27;")  # where a long value goes on in the next line


class Bug(Exception):
    """What no shield expects, and this test raises."""


def bug(*args: Any, **kwargs: Any) -> Any:
    del args, kwargs  # this frame is on the page as well
    raise Bug


def page_of(act: Callable[[], Any], settings: Any) -> str:
    """With DEBUG, when nothing is hidden but by its name."""
    settings.DEBUG = True
    try:
        act()
    except Exception:  # noqa: BLE001 - whatever the layer makes of it
        html = ExceptionReporter(RequestFactory().get("/"), *sys.exc_info()).get_traceback_html()
        return BROKEN.sub("", html)
    raise AssertionError("nothing was raised")


@pytest.fixture
def sale(meta: Any) -> Sale:
    order = Order(pk=7, total=9, **birds.OF_THE_CUSTOMER, street="")
    return Sale(order, order_adapter(Order), "default", "default")


def user() -> Any:
    return User(pk=7, username="bird")


def send(meta: Any) -> None:
    graph.GraphTransport(pixel("default")).send(Batch(('{"event_name":"Lead"}',)))


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (requests.Session, "send"),
        (exchange, "session"),
        (exchange, "read_json"),
        (graph, "acknowledgement"),
        (graph.json, "dumps"),
        (graph, "_count"),
        (graph, "plain"),
    ],
)
def test_transport__shows_no_token(meta: Any, monkeypatch: Any, settings: Any, where: Any, name: str) -> None:
    monkeypatch.setattr(where, name, bug)
    html = page_of(lambda: send(meta), settings)
    assert "Bug" in html
    assert birds.found(html) == []


@pytest.mark.parametrize(
    ("where", "name"),
    [(requests.Session, "send"), (exchange, "session"), (exchange, "read_json"), (graph, "failure")],
)
def test_question__shows_no_token(meta: Any, monkeypatch: Any, settings: Any, where: Any, name: str) -> None:
    monkeypatch.setattr(where, name, bug)
    html = page_of(lambda: graph.GraphTransport(pixel("default")).ask("dataset_quality", {}), settings)
    assert "Bug" in html
    assert birds.found(html) == []


def test_transport__shows_no_token_where_it_compresses(meta: Any, monkeypatch: Any, settings: Any, capi: Any) -> None:
    capi(GZIP=True)
    monkeypatch.setattr(gzip, "compress", bug)
    assert birds.found(page_of(lambda: send(meta), settings)) == []


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (checkout, "recall"),
        (building, "Event"),
        (building.customers, "segment"),
        (building.decisions, "decide"),
        (building.excluding, "reason"),
        (building.UserData, "of"),
    ],
)
def test_orders__show_no_customer(sale: Any, monkeypatch: Any, settings: Any, where: Any, name: str) -> None:
    monkeypatch.setattr(where, name, bug)
    assert birds.found(page_of(lambda: building.build(sale, timezone.now(), "0123456789"), settings)) == []


@pytest.mark.parametrize("name", ["judged", "write"])
def test_tracking__shows_no_customer(meta: Any, monkeypatch: Any, settings: Any, name: str) -> None:
    event = Event(name="Lead", event_time=timezone.now(), user_data=UserData.of(**birds.OF_THE_CUSTOMER))
    monkeypatch.setattr(tracking.recording, name, bug)
    assert birds.found(page_of(lambda: tracking.track(event), settings)) == []


def test_tracking__shows_no_customer_where_the_database_fails(meta: Any, monkeypatch: Any, settings: Any) -> None:
    event = Event(name="Lead", event_time=timezone.now(), user_data=UserData.of(**birds.OF_THE_CUSTOMER))
    monkeypatch.setattr(type(OutboxEvent.objects.all()), "record", bug)
    assert birds.found(page_of(lambda: tracking.track(event), settings)) == []


def test_relay__shows_no_customer(meta: Any, monkeypatch: Any, settings: Any) -> None:
    request = ask({})
    request.user = user()
    made = sender.Sender(request, relay.Beacon())
    monkeypatch.setattr(sender.UserData, "of", bug)
    assert birds.found(page_of(lambda: made.user_data, settings)) == []


def test_match__shows_no_customer(meta: Any, rf: Any, monkeypatch: Any, settings: Any) -> None:
    request = rf.get("/")
    request.user = user()
    monkeypatch.setattr(people.UserData, "of", bug)
    assert birds.found(page_of(lambda: people.hashes(request), settings)) == []


def test_handover__shows_no_customer(meta: Any, monkeypatch: Any, settings: Any) -> None:
    request = ask({})
    request.user = user()
    monkeypatch.setattr(handover.asking.UserData, "of", bug)
    seen = handover.telling.context.of(request)
    assert birds.found(page_of(lambda: handover.asking.visit(request, seen, None), settings)) == []


def test_user_data__of_a_misspelt_name_shows_no_other(settings: Any) -> None:
    html = page_of(lambda: UserData.of(**birds.OF_THE_CUSTOMER, fone="1"), settings)
    assert "fone" in html
    assert birds.found(html) == []


def test_settings__are_hidden_on_the_page(meta: Any, settings: Any) -> None:
    html = page_of(bug, settings)
    assert "CAPI_TRACKING" in html
    assert birds.found(html) == []
