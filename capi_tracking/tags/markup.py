"""Pieces of HTML that no text can leave."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_IN_SCRIPT = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

NOTHING = mark_safe("")


def script(kind: str, data: dict[str, Any]) -> SafeString:
    """A data island: JSON in a script element that no text in it can close. ``kind`` is ours."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_IN_SCRIPT)
    return mark_safe(f'<script type="application/json" data-capi-{kind}>{text}</script>')  # noqa: S308


def comment(why: str) -> SafeString:
    return format_html("<!-- capi_tracking: {} -->", why)


def attribute(why: str) -> SafeString:
    """For a tag inside a start tag, where no comment may stand."""
    return format_html('data-capi-nothing="{}"', why)


def text(why: str) -> SafeString:
    """For a tag inside an attribute's value."""
    return format_html("capi_tracking: {}", why)
