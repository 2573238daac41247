"""``capi_deliver``: for shops without Celery, for cron, and for looking at what happens."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from types import FrameType
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections

from ...conf import conf
from ...delivery import Report, alive, hold_older_than, sweep
from ...models import Heartbeat
from ..outboxes import add_database, chosen
from ..tidy import TidyCommand, say, written

INTERVAL_SECONDS = 5.0
LONGEST_INTERVAL_SECONDS = 3600.0
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST_AGE = 100_000
HEARD = ("SIGTERM", "SIGINT", "SIGHUP")  # not every system has the last


class Command(TidyCommand):
    help = "Sends the events that are due to Meta."

    def add_arguments(self, parser: CommandParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument(
            "--once", action="store_true", help="Send all that is due, or until SIGTERM, then end (the default)."
        )
        mode.add_argument("--watch", action="store_true", help="Go on until SIGTERM or Ctrl-C.")
        parser.add_argument(
            "--interval", type=seconds, default=INTERVAL_SECONDS, help="With --watch: seconds between two looks."
        )
        add_database(parser)

        parser.add_argument(
            "--hold-older-than", type=age, metavar="AGE",
            help="After restoring a backup, before any other worker starts: first hold what was recorded longer ago "
            "(90m, 6h, 2d). At most the age of the backup, since some of it was sent.",
        )  # fmt: skip

    def handle(self, *args: Any, watch: bool, interval: float, database: str | None, **options: Any) -> None:
        databases = chosen(database)
        if options["hold_older_than"]:
            self._hold(databases, options["hold_older_than"])
        if why := _why_nothing_goes():
            say(self.stdout, why)
        stopped = threading.Event()
        with _stopping_on_signals(stopped):
            if watch:
                self._watch(databases, interval, stopped)
            else:
                self._once(databases, stopped)

    def _hold(self, databases: list[str], age: timedelta) -> None:
        held = sum(hold_older_than(age, using) for using in databases)
        say(self.stdout, f'{held} held: in the admin, "Try again now" or "Cancel: never send".')

    def _watch(self, databases: list[str], interval: float, stopped: threading.Event) -> None:
        while not stopped.is_set():
            report, _ = self._sweep(databases, stopped)
            if report:
                say(self.stdout, report)
            close_old_connections()
            stopped.wait(interval)

    def _once(self, databases: list[str], stopped: threading.Event) -> None:
        report, errors = self._sweep(databases, stopped)
        say(self.stdout, report)
        if errors:
            raise CommandError("Not everything was looked at.") from errors[0]

    def _sweep(self, databases: list[str], stopped: threading.Event) -> tuple[Report, list[Exception]]:
        """A database that is down does not stop those after it."""
        report, errors = Report(), list[Exception]()
        alive(Heartbeat.Name.WORKER)
        for using in databases:
            try:
                report += sweep(using, stop=partial(self._is_over, stopped))
            except (DatabaseError, InterfaceError) as error:
                say(self.stderr, f"The database {using} failed ({type(error).__name__}).")
                errors.append(error)
        return report, errors

    def _is_over(self, stopped: threading.Event) -> bool:
        """Asked between two requests: a long drain shows that it is alive as well."""
        alive(Heartbeat.Name.WORKER)
        return stopped.is_set()


def _why_nothing_goes() -> str:
    if not conf.ENABLED:
        return "Tracking is off (ENABLED): nothing is sent."
    return "SHADOW is on: events are recorded, and none is sent." if conf.SHADOW else ""


@written("write seconds, above 0 and 3600 at most")
def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= LONGEST_INTERVAL_SECONDS:
        raise ValueError
    return value


@written("write it as 90m, 6h or 2d")
def age(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isdecimal() or int(number) > LONGEST_AGE:
        raise ValueError
    return int(number) * UNITS[unit]


@contextmanager
def _stopping_on_signals(stopped: threading.Event) -> Iterator[None]:
    """The batch in hand is finished and recorded, the rest is put back; a second signal ends at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, signal.SIG_DFL)

    # only the main thread may listen to signals, and a program that calls the command has handlers of its own
    numbers = _told_by() if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _told_by() -> list[signal.Signals]:
    """A terminal that is closed is such a signal too, unless ``nohup`` took care of that."""
    names = (name for name in signal.Signals if name.name in HEARD)
    return [name for name in names if name.name != "SIGHUP" or signal.getsignal(name) is not signal.SIG_IGN]
