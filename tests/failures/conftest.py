"""Meta played by the sandbox over real HTTP, and a clock that can be moved."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateTimeField, F

from capi_tracking.models import OutboxEvent
from capi_tracking.sandbox import Sandbox

PIXEL = "1234567890"
TOKEN = "the right token"
_EVENT_TIME = re.compile(r'("event_time":\s*)(\d+)')


def pixels(token: str = TOKEN) -> dict[str, dict[str, str]]:
    return {"default": {"PIXEL_ID": PIXEL, "ACCESS_TOKEN": token}}


class Clock:
    """Time passes: each stored moment, that in a payload too, is that much longer ago."""

    def forward(self, by: timedelta) -> None:
        for row in OutboxEvent.objects.exclude(payload=""):
            row.payload = _EVENT_TIME.sub(
                lambda match: f"{match[1]}{int(match[2]) - int(by.total_seconds())}", row.payload
            )
            row.save(update_fields=["payload"])
        for model in apps.get_app_config("capi_tracking").get_models():
            fields = [field.name for field in model._meta.local_fields if isinstance(field, DateTimeField)]
            if fields and not model._meta.proxy:
                model._default_manager.update(**{name: F(name) - by for name in fields})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meta(capi: Callable[..., None]) -> Iterator[Sandbox]:
    with Sandbox(token=TOKEN, pixels=[PIXEL]) as sandbox:
        capi(
            PIXELS=pixels(),
            GRAPH_URL=sandbox.url,
            TRANSPORT="capi_tracking.transports.graph.GraphTransport",
            READ_TIMEOUT=timedelta(seconds=1),
        )
        yield sandbox


def arrived(meta: Sandbox) -> list[str]:
    """The event ids that Meta took from the server, in order."""
    return [str(hit["event_id"]) for hit in meta.events]


def ids(rows: Any) -> list[str]:
    return list(rows.values_list("event_id", flat=True))
