"""Pieces of HTML that no text can leave."""

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring as _quoted
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

NOTHING = SafeString("")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def json_text(data: Mapping[str, Any]) -> str:
    """Compact JSON of an island. Its names are ours; its values are mostly texts, which are written at once."""
    members = [f'"{name}":{_quoted(each) if type(each) is str else _encode(each)}' for name, each in data.items()]
    return f"{{{','.join(members)}}}"


def script(kind: str, data: dict[str, Any]) -> SafeString:
    """A data island: JSON in a script element that no text in it can close. ``kind`` is ours."""
    text = json_text(data).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return SafeString(f'<script type="application/json" data-capi-{kind}>{text}</script>')


def scripts(kind: str, each: Iterable[dict[str, Any]]) -> SafeString:
    return SafeString("\n".join([script(kind, data) for data in each]))


def comment(why: str) -> SafeString:
    return format_html("<!-- capi_tracking: {} -->", why)


def attribute(why: str) -> SafeString:
    """For a tag inside a start tag, where no comment may stand."""
    return format_html('data-capi-nothing="{}"', why)


def text(why: str) -> SafeString:
    """For a tag inside an attribute's value."""
    return format_html("capi_tracking: {}", why)
