"""Payloads for people's eyes: enough of a hash, cookie or address to compare, too little to use."""

import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

SHOWN = 8
LONGEST_QUERY_VALUE = 20
MAX_LINES = 400


def shortened(text: str) -> str:
    """At most eight characters, and never more than half."""
    return f"{text[: min(SHOWN, len(text) // 2)]}…" if text else ""


def readable(payload: str) -> str:
    """The payload indented, customer data shortened; "" where it is gone. No more than 400 lines."""
    if not payload:
        return ""
    try:
        event = json.loads(payload)
    except ValueError:
        return shortened(payload)
    lines = json.dumps(_masked(event), indent=2, ensure_ascii=False).splitlines()
    return "\n".join([*lines[:MAX_LINES], *(["…"] if len(lines) > MAX_LINES else [])])


def without_ids(url: str) -> str:
    """The address; long values of its query, such as click ids, shortened."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return shortened(url)
    query = [f"{quote(name)}={_short_value(value)}" for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit(parts._replace(query="&".join(query)))


def _short_value(value: str) -> str:
    return shortened(value) if len(value) > LONGEST_QUERY_VALUE or "@" in value else quote(value)


def _masked(value: Any, *, personal: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _masked(item, personal=personal or name == "user_data") for name, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, personal=personal) for item in value]
    if personal and value is not None:
        return shortened(str(value))
    return _masked_text(value) if isinstance(value, str) else value


def _masked_text(text: str) -> str:
    if text.startswith(("http://", "https://")):
        return without_ids(text)
    return shortened(text) if "@" in text else text
