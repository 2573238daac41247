"""Answers that a test has written beforehand, one after the other."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import graph_error
from .faults import Visit
from .options import flag, whole
from .switches import LONGEST_SECONDS, limit_pixel, limit_times, read_option
from .wire import Answer

MAX_LINES = 10_000
MAX_BODY = 1_000_000
_NUMBERS = {
    "code": whole(0, 999_999),
    "subcode": whole(0, 99_999_999),
    "status": whole(200, 599),
    "minutes": whole(0, 24 * 60),
    "retry_after": whole(0, LONGEST_SECONDS * 144),
}
_FLAGS = ("transient", "takes")
_TEXTS = ("message", "body")
_LIMITS = ("headers", "times", "pixel")


@dataclass(slots=True, eq=False)
class Line:
    """One scripted answer: an error of Graph's by its ``code``, or just a ``status`` and a ``body``."""

    given: Mapping[str, object]
    headers: Mapping[str, str]
    pixel: str
    left: int

    def answer(self, visit: Visit) -> Answer:
        """The answer; raises the Refusal if it has a code. The events are taken only where that is asked for."""
        if self.given.get("takes"):
            visit.take()
        if "code" in self.given:
            error = {name: value for name, value in self.given.items() if name not in ("body", "takes")}
            raise graph_error(**error, pixel=visit.pixel, headers=self.headers)  # type: ignore[arg-type]
        if not self.given.get("takes"):
            visit.miss("scripted")
        body = str(self.given.get("body", "")).encode("utf-8", "replace")
        return Answer(int(str(self.given.get("status", 200))), body, headers=self.headers)


@dataclass(slots=True)
class Script:
    """Thread-safe and bounded. What is written first is answered first."""

    _lines: deque[Line] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, given: Mapping[str, object]) -> None:
        """One more line. ValueError names what is wrong with it."""
        limits = limit_pixel(given.get("pixel")), limit_times(given.get("times")) or 1
        line = Line(_read(given), _headers(given.get("headers")), *limits)
        with self._lock:
            if len(self._lines) >= MAX_LINES:
                raise ValueError(f"The script holds {MAX_LINES} answers: no more fit in")
            self._lines.append(line)

    def take(self, pixel: str) -> Line | None:
        """The next line for this pixel, used up by one."""
        with self._lock:
            line = next((line for line in self._lines if line.pixel in ("", pixel)), None)
            if line:
                line.left -= 1
            if line and not line.left:
                self._lines.remove(line)
        return line

    def clear(self) -> None:
        """Forget what was not answered yet."""
        with self._lock:
            self._lines.clear()

    def __len__(self) -> int:
        return sum(line.left for line in self._lines)


def _read(given: Mapping[str, object]) -> dict[str, object]:
    sent = {name: value for name, value in given.items() if value is not None and name not in _LIMITS}
    known = {name: _value(name, value) for name, value in sent.items()}
    if not {"code", "status", "body"} & known.keys():
        raise ValueError("An answer needs a code, a status or a body")
    return known


def _value(name: str, value: object) -> object:
    if name in _NUMBERS:
        return read_option(name, _NUMBERS[name], value)
    if name in _FLAGS:
        return read_option(name, flag, value)
    if name in _TEXTS and isinstance(value, str):
        return value[:MAX_BODY]
    known = ", ".join([*_NUMBERS, *_FLAGS, *_TEXTS, *_LIMITS])
    raise ValueError(f"{name[:40]!r} is no part of an answer, or no text: there are {known}")


def _headers(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(_is_header(name, value) for name, value in given.items()):
        raise ValueError("headers: must be an object of printable texts")
    return dict(given)


def _is_header(name: object, value: object) -> bool:
    texts = isinstance(name, str) and isinstance(value, str)
    return texts and all(text.isascii() and text.isprintable() for text in (str(name), str(value))) and bool(name)
