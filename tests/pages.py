"""Writes the pages that follow from the code: ``python -m tests.pages``."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import django

CHECKS_PAGE = Path(__file__).resolve().parent.parent / "docs" / "checks.md"

INTRODUCTION = """# Checks

`python manage.py check --tag capi_tracking` says what is wrong with the settings, and what to type instead; every
command of `manage.py` runs the same checks before it starts. They read settings alone: no query, no network. Add `--deploy`
on the server. With `"ENABLED": False` the checks of pixels, of the Celery application and of production are silent.

An error (E) keeps commands from starting, a warning (W) and an information (I) do not. An id keeps its number for good.
What does not concern your shop is silenced by its id:

    SILENCED_SYSTEM_CHECKS = ["capi_tracking.W202"]

This page is written from the checks themselves: `python -m tests.pages`.
"""

GROUPS = {
    "0": "The settings themselves",
    "1": "Pixels and Meta",
    "2": "The project",
    "3": "Databases",
    "4": "Production: only with `check --deploy`",
    "5": "The shop's adapters",
}
LEVELS = {"E": "error", "W": "warning", "I": "information"}
OF_THE_TRANSPORT = {"W101": "a pixel's `PIXEL_ID` is empty or no number", "W102": "a pixel's `ACCESS_TOKEN` is empty"}


class Row(NamedTuple):
    id: str
    when: str
    message: str
    hint: str


class Placeholders(dict):
    """Each value is its own name in angle brackets."""

    def __missing__(self, key: str) -> str:
        return '"<alias>"' if key == "quoted" else f"<{key}>"


def checks_page() -> str:
    return "\n".join([INTRODUCTION, *(line for group in GROUPS for line in section(group))])


def section(group: str) -> Iterator[str]:
    yield f"## {GROUPS[group]}\n"
    yield "| Id | Level | When | Message | What to type |"
    yield "|---|---|---|---|---|"
    for row in rows():
        if row.id[1] == group:
            yield f"| {row.id} | {LEVELS[row.id[0]]} | {row.when} | {code(row.message)} | {code(row.hint)} |"
    yield ""


def rows() -> list[Row]:
    from capi_tracking.checks.catalogue import CATALOGUE

    found = [Row(f.id, f.when, f.message % Placeholders(), f.hint % Placeholders()) for f in CATALOGUE]
    return sorted([*found, *transport_rows()], key=lambda row: row.id[1:])


def transport_rows() -> Iterator[Row]:
    from capi_tracking.conf import PixelSettings
    from capi_tracking.transports.graph import GraphTransport

    for message in GraphTransport(PixelSettings(alias="<alias>", pixel_id="")).check():
        number = message.id.removeprefix("capi_tracking.")
        yield Row(number, OF_THE_TRANSPORT[number], message.msg, message.hint)


def code(text: str) -> str:
    return f"`{text}`" if text != "<instead>" else 'Did you mean "..."? Else: all that there are'


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    CHECKS_PAGE.write_text(checks_page(), encoding="utf-8")
    sys.stdout.write(f"{CHECKS_PAGE.name}: {len(rows())} checks\n")
