"""Values of options, as JSON or a form brings them. Each reader raises a ValueError that says what it takes."""

import re
from collections.abc import Callable, Container

Parse = Callable[[object], object]

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_YES = (True, 1, "1", "true", "on", "yes")
_NO = (False, None, 0, "", "0", "false", "off", "no")


def flag(given: object) -> bool:
    """Yes or no, in the spellings of JSON and of forms."""
    if given not in _YES + _NO:
        raise ValueError("true or false")
    return given in _YES


def among(codes: Container[int], words: str) -> Callable[[object], int]:
    """Reads one of these numbers."""

    def read(given: object) -> int:
        text = str(given) if isinstance(given, (int, str)) and not isinstance(given, bool) else ""
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) in codes):
            raise ValueError(words)
        return int(text)

    return read


def whole(least: int, most: int) -> Callable[[object], int]:
    """Reads an integer within these bounds."""
    return among(range(least, most + 1), f"a whole number from {least} to {most}")


def number(least: float, most: float) -> Callable[[object], float]:
    """Reads a number within these bounds."""

    def read(given: object) -> float:
        text = str(given)[:20] if isinstance(given, (int, float, str)) and not isinstance(given, bool) else ""
        if not (_NUMBER.fullmatch(text) and least <= float(text) <= most):
            raise ValueError(f"a number from {least} to {most}")
        return float(text)

    return read


def choice(*known: str) -> Callable[[object], str]:
    """Reads one of these words."""

    def read(given: object) -> str:
        if given not in known:
            raise ValueError(f"one of {', '.join(known)}")
        return str(given)

    return read
