"""``docs/commands.md``: what ``manage.py`` can do for this app."""

from argparse import SUPPRESS, Action
from collections.abc import Iterator

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from .reading import table

INTRODUCTION = """# Commands

Each is `python manage.py NAME`, and takes Django's own options too (`--settings`, `--verbosity` and others). Most have a task of
Celery that does the same: [Deploying](deploying.md).

This page is written from the commands themselves: `python -m tests.docs`.
"""


def text() -> str:
    return "\n".join([INTRODUCTION, *(line for name in names() for line in _section(name))])


def names() -> list[str]:
    return sorted(name for name, app in get_commands().items() if app == "capi_tracking")


def _section(name: str) -> Iterator[str]:
    command = load_command_class("capi_tracking", name)
    yield f"## {name}\n\n{command.help}\n"
    rows = [(_spelled(option), _meaning(option)) for option in _own(command, name)]
    yield from table(("Option", "Meaning"), rows) if rows else ("It has no options of its own.\n",)


def _own(command: BaseCommand, name: str) -> list[Action]:
    of_django = {action.dest for action in BaseCommand().create_parser("manage.py", name)._actions}
    return [action for action in command.create_parser("manage.py", name)._actions if action.dest not in of_django]


def _spelled(option: Action) -> str:
    value = "" if option.nargs == 0 else _value(option)
    spelled = (option.option_strings or [value])[0]
    if not (value and option.option_strings):
        return f"`{spelled}`"
    return f"`{spelled} [{value}]`" if option.nargs == "?" else f"`{spelled} {value}`"


def _value(option: Action) -> str:
    choices = None if option.metavar else option.choices
    return " or ".join(choices) if choices else str(option.metavar or option.dest.upper())


def _meaning(option: Action) -> str:
    said = option.help or ""
    shown = option.default not in (None, False, "", [], SUPPRESS) and option.nargs != 0 and "default" not in said
    return f"{said} Default: `{option.default}`." if shown else said
