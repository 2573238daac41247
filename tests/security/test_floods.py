"""However much anybody sends: rows are bounded by address, visitor and day, and what is told by others still counts."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from capi_tracking.models import BrowserReceipt, OutboxEvent, PageReport
from capi_tracking.models.pagereport import OTHER_PAGES

HEADERS = {"origin": "http://testserver", "sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0 Safari/605"}
NOON = "2026-03-03T12:00:00Z"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        yield
    cache.clear()


def post(said: dict[str, Any], *, address: str = "8.8.8.8", visitor: int = 1) -> None:
    cookies = f"capi_consent=granted.1.1767225600; _fbp=fb.1.1767225600000.{visitor}"
    Client(headers=HEADERS).post(
        reverse("capi_tracking:collect"), json.dumps(said), "text/plain", REMOTE_ADDR=address, HTTP_COOKIE=cookies
    )


numbers = count()


def views(number: int) -> dict[str, Any]:
    return {
        "events": [{"pixel": "default", "name": "PageView", "id": f"view-{next(numbers):08}"} for _ in range(number)]
    }


def heard(**more: Any) -> dict[str, Any]:
    said = [{"pixel": "default", "name": "PageView", "id": f"view-{next(numbers):08}", "state": "blocked"}]
    return {"receipts": said, **more}


def pixel(number: int, page: str = "/") -> dict[str, Any]:
    return {"url": f"http://testserver{page}", "foreign": [{"pixel": str(number), "name": "PageView"}]}


def test_day__of_one_visitor_ends_at_its_bound_and_the_next_begins_anew(capi: Any) -> None:
    capi(COLLECT_VISITOR_DAY=25)
    for address in ("8.8.8.1", "8.8.8.2", "8.8.8.3"):
        post(views(10), address=address)
    assert OutboxEvent.objects.count() == 20
    post(heard())
    assert not BrowserReceipt.objects.exists()
    with time_machine.travel("2026-03-04T12:00:00Z", tick=False):
        post(views(10))
    assert OutboxEvent.objects.count() == 30


def test_day__of_one_address_ends_however_many_visitors_it_makes_up(capi: Any) -> None:
    capi(COLLECT_DAY=25)
    for visitor in range(5):
        post(views(10), visitor=visitor)
    assert OutboxEvent.objects.count() == 20
    post(views(10), address="8.8.4.4")
    assert OutboxEvent.objects.count() == 30


def test_day__that_is_over_still_hears_who_takes_consent_back(capi: Any) -> None:
    capi(COLLECT_VISITOR_DAY=1)
    post(views(1))
    post(views(20))
    post(views(20) | {"withdrawn": {"fbp": "fb.1.1767225600000.1"}})
    assert OutboxEvent.objects.get().status == "cancelled"


def test_reports__one_address_begins_few_of_a_day(capi: Any) -> None:
    capi(COLLECT_RATE=1000, COLLECT_VISITOR_RATE=1000)
    for number in range(1, 60):
        post(pixel(number))
    assert PageReport.objects.count() == 25
    post(pixel(999), address="8.8.4.4")
    assert PageReport.objects.filter(subject="999").exists()


def test_reports__pages_that_are_made_up_are_one(capi: Any) -> None:
    capi(COLLECT_RATE=1000, COLLECT_VISITOR_RATE=1000)
    for number in range(60):
        post(pixel(7, f"/made-up-{number}/"), address=f"8.8.8.{number}")
    assert PageReport.objects.count() == 21
    assert PageReport.objects.get(page=OTHER_PAGES).count == 40


def test_reports__of_pixels_that_are_made_up_leave_room_for_policies(monkeypatch: Any) -> None:
    monkeypatch.setattr("capi_tracking.models.pagereport.MAX_A_DAY", {"foreign": 4, "violation": 2})
    for number in range(1, 9):
        post(pixel(number), address=f"8.8.8.{number}")
    post({"violations": [{"directive": "img-src", "host": "www.facebook.com"}]})
    assert PageReport.objects.filter(kind="violation", day=timezone.localdate()).count() == 1
    assert PageReport.objects.count() == 5
