"""What a beacon says, of the right shape, and not believed yet."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, UnreadablePostError

MAX_BODY = 32 * 1024
MAX_ITEMS = 20  # of each kind
TEXTS = ("url", "referrer", "token", "fbp", "fbc", "consent")
LISTS = ("events", "receipts", "foreign", "violations")

Said = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beacon:
    """``domain`` is None if no cookie may be renewed; ``withdrawn`` is what the browser forgets with its consent. The last
    four come from another origin, with its token.
    """

    url: str = ""
    referrer: str = ""
    domain: str | None = None
    events: tuple[Said, ...] = ()
    receipts: tuple[Said, ...] = ()
    foreign: tuple[Said, ...] = ()
    violations: tuple[Said, ...] = ()
    withdrawn: Said | None = None
    token: str = ""
    fbp: str = ""
    fbc: str = ""
    consent: str = ""

    @property
    def size(self) -> int:
        """How many things it tells of."""
        return sum(map(len, (self.events, self.receipts, self.foreign, self.violations)))


def read(request: HttpRequest) -> Beacon | None:
    """The beacon that the request brings, or None."""
    return parse(_body(request))


def _body(request: HttpRequest) -> bytes:
    """At most ``MAX_BODY`` bytes; a longer body is not read into memory, and counts as none."""
    length = request.headers.get("content-length") or "0"
    if not (length.isascii() and length.isdecimal() and len(length) < len(str(MAX_BODY)) + 1) or int(length) > MAX_BODY:
        return b""
    try:
        body = request.read(MAX_BODY + 1)
    except UnreadablePostError:  # the browser has gone, or its network
        return b""
    return body if len(body) <= MAX_BODY else b""


def parse(body: bytes) -> Beacon | None:
    """The beacon in these bytes; None if they hold none."""
    said = decoded(body)
    if not isinstance(said, dict):
        return None
    shaped: dict[str, Any] = {name: text(said.get(name)) for name in TEXTS}
    shaped |= {name: _objects(said.get(name)) for name in LISTS}
    shaped["domain"] = said["domain"] if isinstance(said.get("domain"), str) else None
    shaped["withdrawn"] = said["withdrawn"] if isinstance(said.get("withdrawn"), dict) else None
    return Beacon(**shaped)


def decoded(body: bytes | str) -> Any:
    """What the JSON says; None for what is none, or nested beyond reason. NaN and Infinity are nothing."""
    try:
        return json.loads(body, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        return None


def text(said: object) -> str:
    return said if isinstance(said, str) else ""


def _objects(said: object) -> tuple[Said, ...]:
    if not isinstance(said, list):
        return ()
    return tuple(each for each in said[:MAX_ITEMS] if isinstance(each, dict))
