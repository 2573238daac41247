"""``ATOMIC_REQUESTS``: a view that fails leaves nothing, and workers are told after the commit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from capi_tracking import tasks
from capi_tracking.models import CheckoutContext, OutboxEvent, Status
from capi_tracking.shortcuts import remember
from demo_project.shop.models import Order
from tests.sales import FBP, add_line, new_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def buy(request: HttpRequest) -> HttpResponse:
    assert connection.in_atomic_block
    remember(request)
    order = new_order()
    order.save()
    add_line(order, None)
    if "fails" in request.GET:
        raise RuntimeError("after all that")
    return HttpResponse(OutboxEvent.objects.get().key)


urlpatterns = [path("buy/", buy), path("capi/", include("capi_tracking.urls"))]


@pytest.fixture
def client(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
    client = Client(raise_request_exception=False, headers={"user-agent": "Safari"}, REMOTE_ADDR="8.8.8.8")
    client.cookies.load({"capi_consent": "granted.1.1767225600", "_fbp": FBP})
    return client


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capi: Callable[..., None]) -> list[bool]:
    """Whether a transaction was open, for each time that a worker was asked for."""
    asked: list[bool] = []

    class Listener:
        def ask(self, delay_seconds: float) -> None:
            asked.append(connection.in_atomic_block)

    capi(NUDGE="celery")
    monkeypatch.setattr(tasks, "_nudger", Listener())
    return asked


def test_view__that_fails_leaves_nothing(client: Client, told: list[bool]) -> None:
    assert client.post("/buy/?fails").status_code == 500
    assert not Order.objects.exists()
    assert not OutboxEvent.objects.exists()
    assert not CheckoutContext.objects.exists()
    assert told == []


def test_view__that_succeeds_commits_the_sale_with_the_order_and_then_tells_a_worker(
    client: Client, told: list[bool]
) -> None:
    answer = client.post("/buy/")
    row = OutboxEvent.objects.get(key=answer.content.decode())
    assert Order.objects.exists()
    assert row.status == Status.PENDING
    assert row.due_at is not None
    assert row.due_at <= timezone.now() + timedelta(seconds=1)  # its lines were read after the commit
    assert '"kite-1"' in row.payload
    assert told
    assert not any(told)


def test_beacon__a_bad_event_costs_the_good_one_beside_it_nothing(client: Client) -> None:
    events = [
        {"pixel": "default", "name": "PageView", "id": "x" * 65, "age": 5},
        {"pixel": "default", "name": "PageView", "id": "abcdefgh12345678", "age": 5},
    ]
    answer = client.post(
        "/capi/collect/",
        data={"url": "http://testserver/", "events": events},
        content_type="application/json",
        headers={"sec-fetch-site": "same-origin", "origin": "http://testserver"},
    )
    assert answer.status_code < 400
    assert OutboxEvent.objects.get().event_id == "abcdefgh12345678"
