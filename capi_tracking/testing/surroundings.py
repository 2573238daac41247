"""Where a test's events go: to memory, or to a sandbox. The settings are the shop's own again afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.test import override_settings

from ..conf import conf
from ..sandbox import Sandbox
from ..transports import Batch, Transport
from ..transports.graph import GraphTransport
from ..transports.local import MemoryTransport

PIXEL_ID = "1234567890"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@contextmanager
def override_tracking(**changes: Any) -> Iterator[None]:
    """Some keys of ``CAPI_TRACKING``; all others stay as they are."""
    with override_settings(CAPI_TRACKING={**getattr(settings, "CAPI_TRACKING", {}), **changes}):
        yield


@contextmanager
def in_memory() -> Iterator[list[Batch]]:
    """Nothing leaves this process, and no worker is nudged. Gives the list of what ``deliver_now()`` sends, empty now.

    Tracking is on, even if your test settings switch it off, and tells of orders from before the test's database.
    """
    MemoryTransport.sent.clear()
    with override_tracking(PIXELS=_pixels(), TRANSPORT=_path(MemoryTransport), **_quiet()):
        yield MemoryTransport.sent


@contextmanager
def running_sandbox() -> Iterator[Sandbox]:
    """A sandbox on a free port, and the settings pointed at it: events go over HTTP, by the transport that talks to Meta.

    ``deliver_now(sandbox)`` sends them; no worker is nudged. Your pixels keep their ids and get the sandbox's token, so
    that a real one can't be sent by mistake.
    """
    pixels = _pixels()
    with Sandbox(pixels=[entry["PIXEL_ID"] for entry in pixels.values()]) as sandbox:
        for entry in pixels.values():
            entry |= {"ACCESS_TOKEN": sandbox.token, "APP_SECRET": ""}
        with override_tracking(
            PIXELS=pixels,
            GRAPH_URL=sandbox.url,
            PIXEL_SCRIPT_URL=f"{sandbox.url}/fbevents.js",
            TRANSPORT=_path(GraphTransport),
            **_quiet(),
        ):
            yield sandbox


def _pixels() -> dict[str, dict[str, Any]]:
    """The shop's own, each with an id."""
    given = conf.PIXELS or {"default": {}}
    return {alias: {**entry, "PIXEL_ID": entry.get("PIXEL_ID") or PIXEL_ID} for alias, entry in given.items()}


def _quiet() -> dict[str, Any]:
    return {"ENABLED": True, "SHADOW": False, "NUDGE": None, "TRACK_SINCE": conf.TRACK_SINCE or LONG_AGO}


def _path(transport: type[Transport]) -> str:
    return f"{transport.__module__}.{transport.__qualname__}"
