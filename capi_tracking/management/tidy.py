"""How a command ends that is stopped, that nobody reads any more, or whose database fails: in one line, not in a traceback."""

import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError, InterfaceError

Read = TypeVar("Read")
INTERRUPTED, UNREAD = 130, 141  # as a shell says that of a program which the signal itself has ended


class TidyCommand(BaseCommand):
    """``--traceback`` still shows where the database failed."""

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except KeyboardInterrupt:
            self._end("Stopped before everything was done.", INTERRUPTED)
        except BrokenPipeError:
            mute(sys.stdout)
            self._end("Stopped, since nobody reads what it says.", UNREAD)

    def execute(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except (DatabaseError, InterfaceError) as error:
            raise CommandError(
                f"The database failed ({type(error).__name__}), so not everything was done. capi_doctor says what is wrong."
            ) from error

    def _end(self, why: str, status: int) -> None:
        say(self.stderr, why)
        sys.exit(status)


def written(how: str) -> Callable[[Callable[[str], Read]], Callable[[str], Read]]:
    """Makes a function the type of an argument, and says how to write it; argparse itself only names the function."""

    def typed(read: Callable[[str], Read]) -> Callable[[str], Read]:
        @wraps(read)
        def reading(text: str) -> Read:
            try:
                return read(text)
            except ValueError:
                raise ArgumentTypeError(f"{text!r}: {how}") from None

        return reading

    return typed


def say(out: OutputWrapper, told: object) -> None:
    """For a worker: it goes on though nobody reads what it says, or the disk of its log is full."""
    try:
        out.write(str(told))
        out.flush()
    except BrokenPipeError:
        mute(out)
    except OSError:
        pass


def mute(stream: Any) -> None:
    """Nobody reads it any more. What is left in its buffer would fail again when the interpreter ends."""
    with suppress(OSError), open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), stream.fileno())
