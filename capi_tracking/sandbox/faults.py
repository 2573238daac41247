"""What each switch does to one request of Graph's."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .errors import graph_error
from .refusals import denied, unknown_pixel
from .switches import Fault
from .usage import FULL, usage_headers
from .wire import Answer

HANG_UP = Answer(hangs_up=True)
EXPIRED = 460
NO_SERVICE = 2
OK = range(200, 300)
MEGABYTE = 1024 * 1024
CHUNK = b"x" * 65_536

_PAGE = b"<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: ``take()`` does with it what Graph does when nothing is wrong; ``miss()`` notes that nothing was taken."""

    pixel: str
    path: str
    take: Callable[[], Answer]
    miss: Callable[[str], None]


def faulty(fault: Fault, visit: Visit) -> Answer:
    """The answer while this switch is on; raises a Refusal where Graph's answer would be an error of its own."""
    return FAULTS[fault.name](fault, visit)


def _timeout(fault: Fault, visit: Visit) -> Answer:
    if fault.options.get("takes"):
        visit.take()
    else:
        visit.miss("switch: timeout")
    return replace(HANG_UP, wait=fault.ended.wait)


def _server_error(fault: Fault, visit: Visit) -> Answer:
    if fault.options.get("body") != "none":
        raise graph_error(NO_SERVICE, status=fault.whole("status", 500), reason="switch: server_error")
    visit.miss("switch: server_error")
    return Answer(fault.whole("status", 503), content_type="text/plain")


def _html(fault: Fault, visit: Visit) -> Answer:
    visit.miss("switch: html")
    return Answer(fault.whole("status", 502), _PAGE, "text/html; charset=utf-8")


def _redirect(fault: Fault, visit: Visit) -> Answer:
    """Without the query: a token in it is nobody else's."""
    visit.miss("switch: redirect")
    address = str(fault.options.get("to") or f"https://elsewhere.example{visit.path}")
    return Answer(fault.whole("status", 307), headers={"Location": address})


def _throttled(fault: Fault, visit: Visit) -> Answer:
    seconds = fault.whole("retry_after", 0) if "retry_after" in fault.options else None
    raise graph_error(
        fault.whole("code", 4),
        pixel=visit.pixel,
        minutes=fault.whole("minutes", 1),
        retry_after=seconds,
        reason="switch: throttled",
    )


def _token(fault: Fault, visit: Visit) -> Answer:
    raise denied("switch: token", fault.whole("subcode", EXPIRED))


def _permission(fault: Fault, visit: Visit) -> Answer:
    raise graph_error(fault.whole("code", 10), reason="switch: permission")


def _unknown_pixel(fault: Fault, visit: Visit) -> Answer:
    raise unknown_pixel("switch: unknown_pixel")


def _closed(fault: Fault, visit: Visit) -> Answer:
    visit.take()
    return HANG_UP


def _partial(fault: Fault, visit: Visit) -> Answer:
    answer = visit.take()
    sent = answer.json.get("events_received")
    if not isinstance(sent, int):
        return answer
    received = fault.whole("received", max(0, sent - 1))
    return Answer.of(answer.json | {"events_received": received}, headers=answer.headers)


def _huge(fault: Fault, visit: Visit) -> Answer:
    status, size = fault.whole("status", 200), fault.whole("megabytes", 50) * MEGABYTE
    if status in OK:
        visit.take()
    else:
        visit.miss("switch: huge")
    if fault.options.get("endless"):
        return Answer(status, b'{"messages": ["', stream=_filling(None))
    body, end = b'{"messages": ["', b'"]}'
    headers = {"Content-Length": str(len(body) + size + len(end))}
    return Answer(status, body, headers=headers, stream=_filling(size, end))


def _filling(size: int | None, end: bytes = b"") -> Iterator[bytes]:
    while size is None or size > 0:
        yield CHUNK
        size = None if size is None else size - len(CHUNK)
    yield end


FAULTS: dict[str, Callable[[Fault, Visit], Answer]] = {
    "timeout": _timeout,
    "server_error": _server_error,
    "html": _html,
    "redirect": _redirect,
    "huge": _huge,
    "closed": _closed,
    "partial": _partial,
    "throttled": _throttled,
    "token": _token,
    "permission": _permission,
    "unknown_pixel": _unknown_pixel,
}


def delayed(answer: Answer, fault: Fault | None) -> Answer:
    """The same answer, later, unless the switch is turned off meanwhile."""
    if fault is None or answer.wait:
        return answer
    end = time.monotonic() + fault.number("seconds", 2.0)

    def wait(seconds: float) -> bool:
        return fault.ended.wait(max(0.0, min(seconds, end - time.monotonic()))) or time.monotonic() >= end

    return replace(answer, wait=wait)


def used(fault: Fault | None, pixel: str) -> dict[str, str]:
    """The usage headers. Each request adds to the use; at 100 percent calls are refused, which raises a Refusal."""
    if fault is None:
        return {}
    percent = min(FULL, fault.whole("percent", 0) + fault.whole("step", 1) * (fault.used - 1))
    if percent >= FULL:
        raise graph_error(4, pixel=pixel, minutes=fault.whole("minutes", 1), reason="switch: usage")
    return usage_headers(pixel, percent)
