"""Texts that a foreign server wrote, made fit to be kept: none of our secrets, and nothing that no database takes."""

import re
from collections.abc import Iterable
from urllib.parse import quote

TOKEN_LIKE = re.compile(r"EAA\w{16,}")
SECRET = "[secret]"  # noqa: S105 - what stands in a secret's place
MAX_READ = 10_000  # characters, of which a few hundred are kept


def plain(said: object, *, most: int, secrets: Iterable[str] = ()) -> str:
    """At most ``most`` characters of a text or number, in one printable line; "" for anything else."""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    return storable(without_secrets(str(said)[:MAX_READ], secrets), most=most)


def storable(text: str, *, most: int) -> str:
    """What every database takes: PostgreSQL no NUL, none of them half a surrogate pair."""
    text = text[:most]
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Meta's messages may echo the token, as it is or quoted for a URL."""
    for secret in filter(None, secrets):
        for spelling in {secret, quote(secret, safe="")}:
            text = text.replace(spelling, SECRET)
    return TOKEN_LIKE.sub(SECRET, text)
