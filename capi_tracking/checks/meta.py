"""What Meta takes: versions of the Graph API, and how a sender may call itself."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.checks import CheckMessage
from django.utils import timezone

from ..transports.versions import ENDS, NOTICE, number_of
from . import catalogue
from .given import sound

LONGEST_AGENT = 22
LETTERS = 2


def check_meta(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """``GRAPH_VERSION`` and ``PARTNER_AGENT``."""
    return [*_version(sound("GRAPH_VERSION")), *_agent(sound("PARTNER_AGENT"))]


def _version(version: str) -> Iterator[CheckMessage]:
    texts = {"version": version, "newest": f"v{max(ENDS)}.0"}
    number = number_of(version)
    if number is None:
        yield catalogue.pixels.MALFORMED_VERSION(**texts)
    elif number > max(ENDS):
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
