"""What may leave at all: a slip here would tell more, or less, than the shop believes."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from django.core.checks import CheckMessage

from ..events.user_data import TOO_BROAD
from ..minimisation import FIELDS
from . import catalogue
from .given import is_sound, quoted, sound, sound_pixels

OLDEST = 100
LIKENESS = 0.5


def check_minimisation(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``MINIMUM_AGE``, ``SENSITIVE_PAGES``, and ``SHARE`` of each pixel."""
    return [*_age(), *_pages(), *_shares()]


def _age() -> Iterator[CheckMessage]:
    if not 0 <= sound("MINIMUM_AGE") <= OLDEST:
        yield catalogue.values.MINIMUM_AGE(number=sound("MINIMUM_AGE"), oldest=OLDEST)


def _pages() -> Iterator[CheckMessage]:
    for pattern in sound("SENSITIVE_PAGES"):
        if not pattern.startswith(("/", "*")):
            yield catalogue.values.SENSITIVE_PAGE(pattern=pattern, quoted=quoted(f"/{pattern}"))


def _shares() -> Iterator[CheckMessage]:
    if not is_sound("PIXELS"):
        return
    for alias, entry in sound_pixels().items():
        for event_name, fields in entry.get("SHARE", {}).items():
            yield from _share(alias, event_name, fields)


def _share(alias: Any, event_name: Any, fields: Any) -> Iterator[CheckMessage]:
    if not (isinstance(event_name, str) and isinstance(fields, list) and all(isinstance(each, str) for each in fields)):
        yield catalogue.pixels.SHARE_NO_LIST(alias=alias, event_name=event_name)
        return
    for field in sorted(set(fields) - FIELDS.keys()):
        close = get_close_matches(field, FIELDS, n=1, cutoff=LIKENESS)
        hint = f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(FIELDS)}."
        yield catalogue.pixels.SHARE_UNKNOWN(alias=alias, event_name=event_name, field=field, instead=hint)
    if any({FIELDS[each] for each in fields if each in FIELDS} <= broad for broad in TOO_BROAD):
        yield catalogue.pixels.SHARE_TOO_BROAD(alias=alias, event_name=event_name)
