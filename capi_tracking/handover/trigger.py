"""``HX-Trigger``: browser halves on their way to a page that stays. htmx makes a DOM event of it."""

import json
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .fitting import fitting
from .pending import Half, joined

HEADER = "HX-Trigger"
EVENT = "capi:track"
LEAVING = ("HX-Redirect", "HX-Location", "HX-Refresh")


def stays(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether htmx asked, and the page that it asked from goes on."""
    is_moved = 300 <= response.status_code < 400 or any(name in response.headers for name in LEAVING)
    return request.headers.get("hx-request") == "true" and not is_moved


def write(response: HttpResponseBase, halves: list[Half]) -> bool:
    """Add the halves to what the header says already; False if that can't be read, or leaves no room."""
    others = _parsed(response.headers.get(HEADER, ""))
    if others is None:
        return False
    said = others.pop(EVENT, None)
    before = said.get("events", []) if isinstance(said, dict) else []
    text = fitting(joined(before, halves), partial(_written, others))
    if text:
        response.headers[HEADER] = text
    return bool(text)


def _written(others: dict[str, Any], halves: list[Half]) -> str:
    """ASCII: Django would write other text into a header in a way that htmx can't read."""
    return json.dumps(others | {EVENT: {"events": halves}}, separators=(",", ":"))


def _parsed(header: str) -> dict[str, Any] | None:
    """Events and their details: htmx takes JSON, or names between commas."""
    if not header.lstrip().startswith("{"):
        return {name.strip(): {} for name in header.split(",") if name.strip()}
    try:
        found = json.loads(header)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
