"""A shop with which all is well; each test spoils something."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.checks import CheckMessage
from django.db import connections

from capi_tracking import checks, orders
from demo_project.shop.capi import ShopOrder
from demo_project.shop.models import Order

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
PIXEL = {"PIXEL_ID": "1234567890", "ACCESS_TOKEN": "token-of-the-tests"}
WELL = {
    "PIXELS": {"default": PIXEL},
    "ENVIRONMENT": "production",
    "OUTBOX_DATABASES": ["books"],
    "NUDGE": "celery",
    "TRUSTED_PROXIES": 1,
    "DEFAULT_COUNTRY": "DE",
    "TRACK_SINCE": TODAY,
}
OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}


class Shop:
    """Its settings; ``said()`` is all that the checks say about them."""

    def __init__(self, settings: Any) -> None:
        self.project = settings
        self.celery_app: object | None = object()
        settings.CAPI_TRACKING = dict(WELL)
        settings.DEBUG = False
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache"}}

    def capi(self, **changes: Any) -> None:
        self.project.CAPI_TRACKING = {**self.project.CAPI_TRACKING, **changes}

    def pixel(self, **changes: Any) -> None:
        self.capi(PIXELS={"default": {**PIXEL, **changes}})

    def database(self, options: Any = None, **changes: Any) -> None:
        connections.databases["books"] |= {"OPTIONS": OPTIONS if options is None else options, **changes}

    def adapter(self, **members: Any) -> None:
        orders.register(Order)(type("ShopOrder", (ShopOrder,), members))

    def said(self) -> list[CheckMessage]:
        celery = checks.celery_check(lambda: self.celery_app)
        return [message for check in [*checks.CHECKS, celery, checks.check_deployment] for message in check()]


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    connections.databases["books"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": "books.sqlite3"}
    made = Shop(settings)
    made.database()
    with time_machine.travel(TODAY, tick=False):
        yield made
    orders.register(Order)(ShopOrder)
    del connections.databases["books"]


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Let it be another day."""
    travels = []

    def travel(moment: datetime) -> None:
        travels.append(time_machine.travel(moment, tick=False))
        travels[-1].start()

    yield travel
    for one in reversed(travels):
        one.stop()
