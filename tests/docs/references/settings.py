"""``docs/settings.md``: the keys of ``CAPI_TRACKING`` and of each pixel."""

from collections.abc import Iterator
from itertools import groupby

from capi_tracking.checks.given import PIXEL_TYPES, TYPES, type_name
from capi_tracking.conf import PixelSettings, Settings

from .reading import Member, members, table

INTRODUCTION = """# Settings

One dict, `CAPI_TRACKING`, read live. `manage.py check` tells misspelt keys ("did you mean"), wrong types, and values
that can't work (a network that is none, a database that does not exist). [All checks](checks.md), and what to type.

This page is written from the settings themselves: `python -m tests.docs`.
"""
OF_PIXELS = """## Each pixel

What an entry of `PIXELS` may hold. Only `PIXEL_ID` and `ACCESS_TOKEN` are needed.
"""


def text() -> str:
    return "\n".join([INTRODUCTION, *_sections(), OF_PIXELS, *_of_pixels()])


def _sections() -> Iterator[str]:
    for section, keys in groupby(members(Settings), key=lambda member: member.section):
        yield f"## {section}\n"
        yield from table(("Key", "Type", "Default", "Meaning"), map(_row, keys))


def _row(key: Member) -> tuple[str, ...]:
    return f"`{key.name}`", type_name(TYPES[key.name]), f"`{key.default}`", key.meaning


def _of_pixels() -> Iterator[str]:
    described = (member for member in members(PixelSettings) if member.name != "alias")
    keys = {member.name.upper(): member.meaning for member in described}
    return table(("Key", "Type", "Meaning"), ((f"`{key}`", type_name(PIXEL_TYPES[key]), keys[key]) for key in keys))
