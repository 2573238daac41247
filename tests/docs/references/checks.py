"""``docs/checks.md``: all that the checks can say."""

from collections.abc import Iterator
from typing import NamedTuple

from capi_tracking.checks.catalogue import CATALOGUE
from capi_tracking.conf import PixelSettings
from capi_tracking.transports.graph import GraphTransport

from .reading import table

INTRODUCTION = """# Checks

`python manage.py check --tag capi_tracking` says what is wrong with the settings, and what to type instead; every
command of `manage.py` runs the same checks before it starts. They read settings alone: no query, no network. Add `--deploy`
on the server. With `"ENABLED": False` the checks of pixels, of the Celery application and of production are silent.

An error (E) keeps commands from starting, a warning (W) and an information (I) do not. An id keeps its number for good.
What does not concern your shop is silenced by its id:

```python
SILENCED_SYSTEM_CHECKS = ["capi_tracking.W202"]
```

This page is written from the checks themselves: `python -m tests.docs`.
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


def text() -> str:
    return "\n".join([INTRODUCTION, *(line for group in GROUPS for line in _section(group))])


def _section(group: str) -> Iterator[str]:
    yield f"## {GROUPS[group]}\n"
    found = (row for row in rows() if row.id[1] == group)
    shown = ((row.id, LEVELS[row.id[0]], row.when, _code(row.message), _code(row.hint)) for row in found)
    yield from table(("Id", "Level", "When", "Message", "What to type"), shown)


def rows() -> list[Row]:
    found = [Row(f.id, f.when, f.message % Placeholders(), f.hint % Placeholders()) for f in CATALOGUE]
    return sorted([*found, *_of_the_transport()], key=lambda row: row.id[1:])


def _of_the_transport() -> Iterator[Row]:
    for message in GraphTransport(PixelSettings(alias="<alias>", pixel_id="")).check():
        number = message.id.removeprefix("capi_tracking.")
        yield Row(number, OF_THE_TRANSPORT[number], message.msg, message.hint)


def _code(text: str) -> str:
    return f"`{text}`" if text != "<instead>" else 'Did you mean "..."? Else: all that there are'
