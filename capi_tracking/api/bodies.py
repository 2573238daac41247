"""The array of items that a request brings, read no further than it may be long."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.http import UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from ..conf import conf
from ..ingestion import MAX_ITEMS
from .problems import TooLarge


class Items(BaseParser):
    """Bounded by ``API_BYTES``, and by what JSON itself says: neither NaN nor depth without end."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            body = stream.read(conf.API_BYTES + 1)
        except UnreadablePostError:
            raise ParseError("The body did not arrive.") from None
        if len(body) > conf.API_BYTES:
            raise TooLarge(f"At most {conf.API_BYTES} bytes at a time.")
        return _items(_decoded(body))


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ParseError("The body is no JSON, or nested too deep.") from None


def _items(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise ParseError("The body must be an array of events.")
    if len(said) > MAX_ITEMS:
        raise TooLarge(f"At most {MAX_ITEMS} events at a time.")
    return said


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
