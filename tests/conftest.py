"""Fixtures that several rooms' tests share."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from capi_tracking.events import Content, CustomData, Event, UserData
from capi_tracking.transports.local import MemoryTransport


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--browser", action="store_true", help="run the tests that drive Chromium, and fail without one")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--browser"):
        return
    skip = pytest.mark.skip(reason="drives Chromium: add --browser")
    for item in items:
        if {"browser", "demo"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker(skip)


@pytest.fixture
def make_event() -> Callable[..., Event]:
    def make(name: str = "Purchase", **changes: Any) -> Event:
        values: dict[str, Any] = {
            "event_time": timezone.now() - timedelta(seconds=5),
            "user_data": UserData.of(email="jo@shop.example", country="DE", client_ip_address="8.8.8.8"),
            "custom_data": CustomData(
                value=Decimal("9.90"), currency="EUR", contents=[Content(id="sku-1", item_price=Decimal("9.90"))]
            ),
        }
        return Event(name=name, **(values | changes))

    return make


@pytest.fixture
def capi(settings: Any) -> Callable[..., None]:
    """Change some of the app's settings for one test."""

    def change(**changes: Any) -> None:
        settings.CAPI_TRACKING = {**django_settings.CAPI_TRACKING, **changes}

    return change


@pytest.fixture(autouse=True)
def _empty_memory_transport() -> Iterator[None]:
    MemoryTransport.sent.clear()
    yield
    MemoryTransport.sent.clear()
