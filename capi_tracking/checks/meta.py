"""What Meta takes: versions of the Graph API, and how a sender may call itself."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.checks import CheckMessage
from django.utils import timezone

from . import catalogue
from .given import sound

# Version, and the last day on which Meta serves it; None: not announced yet. The newest comes last.
ENDS: dict[int, date | None] = {25: date(2028, 7, 29), 26: None}
NOTICE = timedelta(days=90)
LONGEST_AGENT = 22
LETTERS = 2
_is_version = re.compile(r"v([1-9][0-9]{0,2})\.0").fullmatch


def check_meta(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``GRAPH_VERSION`` and ``PARTNER_AGENT``."""
    return [*_version(sound("GRAPH_VERSION")), *_agent(sound("PARTNER_AGENT"))]


def _version(version: str) -> Iterator[CheckMessage]:
    texts = {"version": version, "newest": f"v{max(ENDS)}.0"}
    found = _is_version(version)
    if not found:
        yield catalogue.pixels.MALFORMED_VERSION(**texts)
    elif (number := int(found[1])) > max(ENDS):
        yield catalogue.pixels.NEW_VERSION(**texts)
    elif number not in ENDS:
        yield catalogue.pixels.OLD_VERSION(**texts)
    else:
        yield from _end(ENDS[number], texts)


def _end(end: date | None, texts: dict[str, str]) -> Iterator[CheckMessage]:
    today = timezone.now().date()
    if end is not None and today > end:
        yield catalogue.pixels.ENDED_VERSION(end=end, **texts)
    elif end is not None and today >= end - NOTICE:
        yield catalogue.pixels.ENDING_VERSION(end=end, **texts)


def _agent(agent: str) -> Iterator[CheckMessage]:
    letters = sum(character.isalpha() for character in agent)
    if agent and (len(agent) > LONGEST_AGENT or letters < LETTERS):
        yield catalogue.pixels.PARTNER_AGENT()
