"""``capi_doctor``: what is wrong, and how to mend it."""

import json
import shutil
import sys
import textwrap
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError

from ...alerts import tell
from ...conf import conf
from ...doctor import Level, Line, examine
from ..tidy import TidyCommand

WIDEST = 100
FIRST = 6  # columns of the level
WORDS = {Level.GOOD: "ok", Level.NOTE: "note", Level.WARN: "warn", Level.BAD: "bad"}


class Command(TidyCommand):
    help = "Says what is wrong with tracking, and how to mend it. Ends with 1 if anything is bad. Sends no event."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--send", nargs="?", const="", metavar="CODE",
            help="Send each pixel a test event, with this test code or the one of its settings.",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="The lines as a JSON list.")
        parser.add_argument(
            "--alert", action="store_true",
            help="For cron: look at nothing but the action list, and tell staff of what they were not told of.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["alert"] and (options["json"] or options["send"] is not None):
            raise CommandError("--alert looks at the action list alone: leave out --json and --send.")
        if options["alert"]:
            self._alert()
            return
        lines = examine(options["send"])
        if options["json"]:
            self.stdout.write(json.dumps([asdict(line) for line in lines], indent=1))
        else:
            self._print(lines)
        if any(line.level == Level.BAD for line in lines):
            sys.exit(1)

    def _alert(self) -> None:
        """Quiet where there is nothing new, so that cron mails nothing of its own."""
        failed = []
        for using in conf.OUTBOX_DATABASES:
            try:
                told = tell(using)
            except (DatabaseError, InterfaceError) as error:
                failed.append(f"The database {using} failed ({type(error).__name__}).")
                continue
            for problem in told.told:
                self.stdout.write(f"Told: {problem.sentence}")
            if told.failed:
                failed.append("The alert could not be mailed; the next run tries again.")
        if failed:
            raise CommandError(" ".join(failed))

    def _print(self, lines: Sequence[Line]) -> None:
        styles: dict[Level, Callable[[str], str]] = {
            Level.GOOD: self.style.SUCCESS,
            Level.NOTE: str,
            Level.WARN: self.style.WARNING,
            Level.BAD: self.style.ERROR,
        }
        second = max(len(line.about) for line in lines) + 2
        width = min(shutil.get_terminal_size().columns, WIDEST) - FIRST - second
        for line in lines:
            told = [*_wrapped(line.text, width), *_wrapped(line.mend, width, first="→ ")]
            head = f"{styles[line.level](WORDS[line.level].ljust(FIRST))}{line.about.ljust(second)}"
            indent = " " * (FIRST + second)
            self.stdout.write(head + f"\n{indent}".join(told))
        self.stdout.write(_sum(lines))


def _wrapped(text: str, width: int, *, first: str = "") -> list[str]:
    """No word is cut, since some are to be typed."""
    return textwrap.wrap(
        text,
        max(width, 30),
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sum(lines: Sequence[Line]) -> str:
    counts = {level: sum(line.level == level for line in lines) for level in (Level.BAD, Level.WARN)}
    if not any(counts.values()):
        return "\nAll is well."
    return f"\n{counts[Level.BAD]} bad, {counts[Level.WARN]} to look at."
