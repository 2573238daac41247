"""What a cookie or a header can hold."""

from collections.abc import Callable

from .pending import Half

MAX_BYTES = 3500
MAX_HALVES = 50


def fitting(halves: list[Half], written: Callable[[list[Half]], str]) -> str:
    """The halves as ``written`` writes them, in at most ``MAX_BYTES``.

    Data is left out before an event is, the largest first; of events, the oldest first. The server's copies are whole. "" if
    not one of them fits.
    """
    kept = halves[-MAX_HALVES:]
    while kept:
        text = written(kept)
        if len(text) <= MAX_BYTES:
            return text
        kept = _lighter(kept)
    return ""


def _lighter(halves: list[Half]) -> list[Half]:
    heaviest = max(halves, key=lambda half: len(str(half["data"])))
    if not heaviest["data"]:
        return halves[1:]
    return [half | {"data": {}} if half is heaviest else half for half in halves]
