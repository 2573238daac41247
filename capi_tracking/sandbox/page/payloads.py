"""What was sent, readable: pretty JSON with hashes cut short and nothing in it that opens a door."""

import json
import re
from collections.abc import Mapping

from .files import printable

MAX_CHARACTERS = 20_000
HIDDEN = "(not shown)"

_HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{52}([0-9a-f]{4})\b", re.IGNORECASE)
_TOKEN = re.compile(r"EAA\w{12,}|(?<=access_token=)[^&\s\"]+")
_SECRET = frozenset({"access_token", "appsecret_proof"})


def pretty(sent: object) -> str:
    """Indented JSON, bounded. The whole is in ``/sandbox/events.json``."""
    try:
        text = json.dumps(_without_secrets(sent), indent=2, ensure_ascii=False, default=str)
    except RecursionError:
        return "(nested too deep to be shown)"
    text = _HASH.sub("\\1\N{HORIZONTAL ELLIPSIS}\\2", _TOKEN.sub(HIDDEN, printable(text)))
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS] + "\n\N{HORIZONTAL ELLIPSIS} and more"


def shorten(text: str, length: int = 40) -> str:
    """The start and the end of a long id."""
    return text if len(text) <= length else f"{text[: length - 9]}\N{HORIZONTAL ELLIPSIS}{text[-8:]}"


def _without_secrets(sent: object) -> object:
    if isinstance(sent, Mapping):
        return {name: HIDDEN if name in _SECRET else _without_secrets(value) for name, value in sent.items()}
    return [_without_secrets(one) for one in sent] if isinstance(sent, list) else sent
