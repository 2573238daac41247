"""The switches: which failure is on, for how many requests, for which pixel, with which options. Thread-safe."""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from .errors import PAUSING_CODES, PERMISSION_CODES
from .options import Parse, among, choice, flag, number, whole

T = TypeVar("T")

SWITCHES: dict[str, str] = {
    "down": "hangs up on the pixel, its script and Graph",
    "blocked": "hangs up on the pixel and its script, as an ad blocker does; Graph goes on",
    "timeout": "Graph takes the request and never answers",
    "slow": "Graph takes the request and answers late",
    "server_error": "Graph fails with a 5xx",
    "html": "something in between answers with a page instead of JSON",
    "redirect": "Graph sends the caller to another host",
    "huge": "Graph's answer is far too long",
    "closed": "Graph takes the events and hangs up without an answer",
    "partial": "Graph confirms fewer events than it took",
    "throttled": "Graph asks to slow down",
    "token": "Graph refuses every token",
    "permission": "Graph denies the permission",
    "send_only": "Graph takes events and lets nobody read: the token is a partner's, or may not use the data set",
    "unknown_pixel": "Graph does not know the pixel",
    "usage": "Graph reports how much of the limit is used; each request adds to it",
}

LONGEST_SECONDS = 600
MOST_TIMES = 1_000_000
_ADDRESS = re.compile(r"https?://[!-~]{1,500}")
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_A_DAY_OF_MINUTES = 24 * 60
_A_DAY_OF_SECONDS = 24 * 3600


def _address(given: object) -> str:
    if not (isinstance(given, str) and _ADDRESS.fullmatch(given)):
        raise ValueError("an address that begins with http:// or https://")
    return given


def _pixel(given: object) -> str:
    if given not in (None, "") and not (isinstance(given, (str, int)) and _DIGITS.fullmatch(str(given))):
        raise ValueError("a pixel's number")
    return str(given or "")


OPTIONS: dict[str, Mapping[str, Parse]] = {
    "timeout": {"takes": flag},
    "slow": {"seconds": number(0, LONGEST_SECONDS)},
    "server_error": {"status": whole(500, 599), "body": choice("json", "none")},
    "html": {"status": whole(200, 599)},
    "redirect": {"status": whole(301, 308), "to": _address},
    "huge": {"status": whole(200, 599), "megabytes": whole(1, 4096), "endless": flag},
    "partial": {"received": whole(0, 1000)},
    "throttled": {
        "code": among(PAUSING_CODES, "a throttling code"),
        "minutes": whole(0, _A_DAY_OF_MINUTES),
        "retry_after": whole(0, _A_DAY_OF_SECONDS),
    },
    "token": {"subcode": whole(0, 9_999_999)},
    "permission": {"code": among(PERMISSION_CODES, "3, 10 or 200 to 299")},
    "send_only": {"code": among(PERMISSION_CODES, "3, 10 or 200 to 299")},
    "usage": {"percent": whole(0, 100), "step": whole(0, 100), "minutes": whole(0, _A_DAY_OF_MINUTES)},
}


@dataclass(slots=True, eq=False)
class Fault:
    """One switch that was turned on. ``left`` None: until it is turned off. An empty ``pixel`` is every pixel."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict)
    pixel: str = ""
    left: int | None = None
    used: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def is_on(self) -> bool:
        return self.left != 0 and not self.ended.is_set()

    def whole(self, name: str, default: int) -> int:
        """An option that is a whole number."""
        given = self.options.get(name, default)
        return given if isinstance(given, int) else default

    def number(self, name: str, default: float) -> float:
        """An option that is a number."""
        given = self.options.get(name, default)
        return given if isinstance(given, float) else default

    def as_record(self) -> dict[str, object]:
        """How it is set, for the listing."""
        limits: dict[str, object] = {"pixel": self.pixel} if self.pixel else {}
        return limits | ({} if self.left is None else {"times": self.left}) | dict(self.options)


class Switches:
    """``turn()`` sets them, ``take()`` asks on behalf of one request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}

    def turn(self, name: object, options: Mapping[str, object], *, on: bool = True) -> None:
        """Turn one on or off. ValueError names what is wrong. Whoever waits because of it is released when it is off.

        ``options``: ``times``, ``pixel``, and those of the switch.
        """
        if not (isinstance(name, str) and name in SWITCHES):
            raise ValueError(f"There is no switch of that name: there are {', '.join(SWITCHES)}")
        own = {option: value for option, value in options.items() if option not in ("times", "pixel")}
        limits = limit_pixel(options.get("pixel")), limit_times(options.get("times"))
        fault = Fault(name, _parsed(name, own), *limits)
        with self._lock:
            before = self._faults.pop(name, None)
            if before:
                before.ended.set()
            if on:
                self._faults[name] = fault

    def take(self, names: str | Iterable[str], pixel: str) -> Fault | None:
        """The first of these that is on for this pixel; it has one request less to go."""
        with self._lock:
            for name in (names,) if isinstance(names, str) else names:
                fault = self._faults.get(name)
                if fault and fault.is_on and fault.pixel in ("", pixel):
                    fault.used += 1
                    fault.left = fault.left and fault.left - 1
                    return fault
        return None

    def clear(self) -> None:
        """Turn all off."""
        with self._lock:
            faults, self._faults = self._faults, {}
        for fault in faults.values():
            fault.ended.set()

    @property
    def state(self) -> dict[str, bool]:
        """Every switch and whether it is on."""
        return dict.fromkeys(SWITCHES, False) | dict.fromkeys(self.details, True)

    @property
    def details(self) -> dict[str, dict[str, object]]:
        """How those that are on are set."""
        with self._lock:
            return {name: fault.as_record() for name, fault in self._faults.items() if fault.is_on}


def _parsed(name: str, given: Mapping[str, object]) -> dict[str, object]:
    known = OPTIONS.get(name, {})
    for option in given:
        if option not in known:
            found = ", ".join([*known, "times", "pixel"])
            raise ValueError(f"The switch {name!r} has no option {option[:40]!r}: there are {found}")
    return {option: read_option(option, known[option], value) for option, value in given.items()}


def limit_times(given: object) -> int | None:
    """For how many requests; None for as long as it is on."""
    return None if given in (None, "") else read_option("times", whole(1, MOST_TIMES), given)


def limit_pixel(given: object) -> str:
    """For which pixel; "" for all."""
    return read_option("pixel", _pixel, given)


def read_option(option: str, parse: Callable[[object], T], given: object) -> T:
    """The value; a ValueError that names the option and says what it takes."""
    try:
        return parse(given)
    except ValueError as error:
        raise ValueError(f"{option}: must be {error}") from None
