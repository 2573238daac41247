"""``capi_next``: browser halves on their way to the next page, which reads the cookie and deletes it."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .. import islands
from ..conf import conf
from ..exceptions import InvalidEvent
from .fitting import MAX_BYTES, MAX_HALVES, fitting
from .pending import Half, joined

NAME = "capi_next"
SECONDS = 60

_is_event_id = re.compile(r"[A-Za-z0-9_-]{8,64}").fullmatch


def write(request: HttpRequest, response: HttpResponseBase, halves: list[Half]) -> None:
    """Scripts read it, so it is not HttpOnly."""
    value = fitting(joined(_unread(request), halves), _encoded)
    response.set_cookie(NAME, value, max_age=SECONDS, secure=request.is_secure(), samesite="Lax")


def _encoded(halves: list[Half]) -> str:
    return urlsafe_b64encode(islands.encode(halves).encode()).decode().rstrip("=")


def _unread(request: HttpRequest) -> list[Half]:
    """What an earlier answer of a chain of redirects left, which no page has read.

    A script's request may run beside a page that is about to read it: there it stays as it is.
    """
    if request.headers.get("sec-fetch-mode", "navigate") != "navigate" or "hx-request" in request.headers:
        return []
    return _decoded(request.COOKIES.get(NAME, ""))


def _decoded(text: str) -> list[Half]:
    """The halves in a cookie that anybody may have written."""
    if len(text) > MAX_BYTES:
        return []
    try:
        said = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)), parse_constant=lambda name: None)
        _encoded(said)  # half a surrogate pair could be read, and not written again
    except (ValueError, RecursionError):
        return []
    return [half for each in said[:MAX_HALVES] if (half := _half(each))] if isinstance(said, list) else []


def _half(said: Any) -> Half | None:
    if not isinstance(said, dict) or not isinstance(said.get("data"), dict):
        return None
    pixel, event_id = said.get("pixel"), said.get("id")
    if not (isinstance(pixel, str) and pixel in conf.PIXELS and isinstance(event_id, str) and _is_event_id(event_id)):
        return None
    try:
        islands.check_name(said.get("name"))
    except InvalidEvent:
        return None
    return islands.described(pixel, said["name"]) | {"id": event_id, "data": said["data"]}
