"""What a foreign server says, taken value by value: what is odd counts as not said."""

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import Any

from ..exceptions import Unreachable
from ..transports.wording import plain

MOST_COUNTED = 2**53


class Odd(Unreachable):
    """An answer that is none to what was asked."""


class Words:
    """Reads texts without our secrets in them: a stranger may echo what we sent."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)

    def __repr__(self) -> str:
        return "<words>"

    def read(self, said: object, *, most: int) -> str:
        """At most ``most`` characters in one printable line; "" for what is no text."""
        return plain(said, most=most, secrets=self._secrets).strip()


def at(said: object, *path: str) -> object:
    """What stands at the end of the path through objects; None where the path ends early."""
    for name in path:
        if not isinstance(said, dict):
            return None
        said = said.get(name)
    return said


def objects(said: object, *, most: int) -> list[dict[str, Any]]:
    """The objects of a list, so many at most."""
    return [each for each in said[:most] if isinstance(each, dict)] if isinstance(said, list) else []


def number(said: object, *, most: int) -> Decimal | None:
    """From 0 to ``most``, with one decimal."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= most or not isfinite(said):
        return None
    return Decimal(said).quantize(Decimal("0.1"))


def percent(said: object) -> float | None:
    """The ``percentage`` of an object, from 0 to 100."""
    found = number(at(said, "percentage"), most=100)
    return None if found is None else float(found)


def count(said: object) -> int | None:
    """A whole number of things."""
    is_whole = isinstance(said, int) and not isinstance(said, bool)
    return said if is_whole and 0 <= said <= MOST_COUNTED else None  # type: ignore[operator, return-value]
