"""The pytest fixture. The only file that needs pytest."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from ..conf import conf
from ..sandbox import Sandbox
from ..transports.graph import GraphTransport

PIXEL_ID = "1234567890"


@pytest.fixture
def capi_sandbox() -> Iterator[Sandbox]:
    """A running sandbox on a free port, and the settings pointed at it for the length of one test.

    Events go over HTTP through the real transport, when ``deliver_now(capi_sandbox)`` sends them: no worker is nudged.
    Your pixels keep their ids and get the sandbox's token, so that a real one can't be sent by mistake.
    """
    pixels = _pixels()
    with Sandbox(pixels=[entry["PIXEL_ID"] for entry in pixels.values()]) as sandbox:
        for entry in pixels.values():
            entry["ACCESS_TOKEN"] = sandbox.token
        with override_settings(CAPI_TRACKING=_pointed_at(sandbox, pixels)):
            yield sandbox


def _pixels() -> dict[str, dict[str, Any]]:
    given = conf.PIXELS or {"default": {}}
    return {
        alias: {**entry, "PIXEL_ID": entry.get("PIXEL_ID") or PIXEL_ID, "APP_SECRET": ""}
        for alias, entry in given.items()
    }


def _pointed_at(sandbox: Sandbox, pixels: dict[str, dict[str, Any]]) -> dict[str, Any]:
    changes = {
        "PIXELS": pixels,
        "GRAPH_URL": sandbox.url,
        "PIXEL_SCRIPT_URL": f"{sandbox.url}/fbevents.js",
        "TRANSPORT": f"{GraphTransport.__module__}.{GraphTransport.__qualname__}",
        "NUDGE": None,
    }
    return {**getattr(settings, "CAPI_TRACKING", {}), **changes}
