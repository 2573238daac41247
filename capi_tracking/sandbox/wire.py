"""Requests and answers as values, and the body formats that Meta reads."""

import json
import math
import zlib
from collections.abc import Callable, Iterable, Mapping
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
        body = self._plain_body()
        if self.encoding == "json":
            return _json_object(body)
        if self.encoding == "multipart":
            return _multipart(self.headers["content-type"], body)
        return dict(query_fields(body.decode("utf-8", "replace")))

    def _plain_body(self) -> bytes:
        if self.is_gzipped:
            return _unzipped(self.body)
        if self.headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
            raise parameter("body", "has a Content-Encoding other than gzip")
        return self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Every answer is private to the request: nothing here may be cached.

    ``wait(seconds)`` waits at most so long and says if the answer may be given; until then the client waits. With
    ``hangs_up`` it gets nothing at all. ``stream`` is sent after ``body``, piece by piece, until the client hangs up.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: Callable[[float], bool] | None = None
    hangs_up: bool = False
    stream: Iterable[bytes] | None = None

    @classmethod
    def of(cls, data: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """An answer in JSON."""
        return cls(status, json.dumps(data).encode(), headers=headers or {})

    @property
    def json(self) -> dict[str, object]:
        """The body's JSON object, {} if it is none."""
        parsed = json.loads(self.body) if self.content_type.startswith("application/json") and self.body else {}
        return parsed if isinstance(parsed, dict) else {}


def query_fields(text: str) -> dict[str, str]:
    """The values of a query string or form; the last of a repeated name counts."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise parameter("body", "holds too many fields") from None


def parse_json(text: str | bytes, name: str) -> object:
    """Strict JSON: no NaN, no number beyond bounds, no endless nesting. Of a repeated name the last counts."""
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise parameter(name, "is not JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


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
