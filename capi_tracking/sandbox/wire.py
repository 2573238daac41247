"""Requests and answers as values, and the body formats that Meta reads."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from typing import NoReturn
from urllib.parse import parse_qsl

from .refusals import Refusal, parameter

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_FIELDS = 2_000
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request. It has no repr: query and body may hold a token."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def encoding(self) -> str:
        """``json``, ``multipart`` or ``form``."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return {"application/json": "json", "multipart/form-data": "multipart"}.get(kind, "form")

    @property
    def is_gzipped(self) -> bool:
        return self.headers.get("content-encoding", "").strip().lower() == "gzip"

    def fields(self) -> dict[str, object]:
        """The body's named values, whatever the encoding; raises a Refusal for what can't be read."""
        body = _unzipped(self.body) if self.is_gzipped else self.body
        if self.encoding == "json":
            return _json_object(body)
        if self.encoding == "multipart":
            return _multipart(self.headers["content-type"], body)
        return dict(query_fields(body.decode("utf-8", "replace")))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Every answer is private to the request: nothing here may be cached."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """An answer in JSON."""
        return cls(status, json.dumps(data).encode(), headers=headers or {})


def query_fields(text: str) -> dict[str, str]:
    """The values of a query string or form; the last of a repeated name counts."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise parameter("body", "holds too many fields") from None


def parse_json(text: str | bytes, name: str) -> object:
    """Strict JSON: no NaN, no endless nesting."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise parameter(name, "is not JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _json_object(body: bytes) -> dict[str, object]:
    parsed = parse_json(body, "body")
    if not isinstance(parsed, dict):
        raise parameter("body", "is not a JSON object")
    return parsed


def _multipart(content_type: str, body: bytes) -> dict[str, object]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = message_from_bytes(head + body, policy=policy.HTTP)
    return {_part_name(part): _part_text(part) for part in message.iter_parts()}


def _part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _part_name(part: Message) -> str:
    return str(part.get_param("name", "", header="content-disposition"))


def _unzipped(body: bytes) -> bytes:
    try:
        unzip = zlib.decompressobj(_GZIP)
        plain = unzip.decompress(body, MAX_BODY_BYTES)
    except zlib.error:
        raise parameter("body", "is not gzip") from None
    if not unzip.eof:
        raise Refusal("body: is cut off or too large when unpacked", code=1, status=413)
    return plain
