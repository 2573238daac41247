"""``MATCH_WEIGHTS``: a slip there would make a score that nobody asked for."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.core.checks import CheckMessage

from ..minimisation import FIELDS
from ..readiness import BITS, WEIGHTS
from . import catalogue
from .given import quoted, sound

LIKENESS = 0.5


def check_weights(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Each key and its weight."""
    given = sound("MATCH_WEIGHTS")
    found = [message for key, weight in given.items() for message in _weight(key, weight)]
    is_empty = not found and not any((WEIGHTS | given).values())
    return [*found, catalogue.values.NO_WEIGHT()] if is_empty else found


def _weight(key: Any, weight: Any) -> Iterator[CheckMessage]:
    if key not in BITS:
        yield catalogue.values.UNKNOWN_WEIGHT(key=key, instead=_instead(key))
    elif type(weight) is not int or weight < 0:
        yield catalogue.values.WEIGHT(key=key, quoted=quoted(key))


def _instead(key: Any) -> str:
    """Meta's names are short: who wrote one of ours is told which it is."""
    close = FIELDS.get(str(key)) or next(iter(get_close_matches(str(key), BITS, n=1, cutoff=LIKENESS)), "")
    return f'Did you mean "{close}"?' if close else f"There are: {', '.join(BITS)}."
