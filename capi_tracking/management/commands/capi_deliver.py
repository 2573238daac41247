"""``capi_deliver``: for shops without Celery, for cron, and for looking at what happens."""

import signal
import threading
from datetime import timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from ...conf import conf
from ...delivery import Report, hold_older_than, sweep

INTERVAL_SECONDS = 5.0
LONGEST_INTERVAL_SECONDS = 3600.0
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONGEST_AGE = 100_000


class Command(BaseCommand):
    help = "Sends the events that are due to Meta."

    def add_arguments(self, parser: CommandParser) -> None:
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--once", action="store_true", help="Send all that is due, then end (the default).")
        mode.add_argument("--watch", action="store_true", help="Go on until SIGTERM or Ctrl-C.")
        parser.add_argument(
            "--interval", type=seconds, default=INTERVAL_SECONDS, help="With --watch: seconds between two looks."
        )
        parser.add_argument(
            "--database", choices=list(connections), help="The outbox of this database alone, not all OUTBOX_DATABASES."
        )

        parser.add_argument(
            "--hold-older-than", type=age, metavar="AGE",
            help="First hold what was recorded longer ago (90m, 6h, 2d): after a restored backup, some of it was sent.",
        )  # fmt: skip

    def handle(self, *args: Any, watch: bool, interval: float, database: str | None, **options: Any) -> None:
        databases = [database] if database else list(conf.OUTBOX_DATABASES)
        if options["hold_older_than"]:
            self._hold(databases, options["hold_older_than"])
        stopped = threading.Event()
        if watch:
            _stop_on_signals(stopped)
            self._watch(databases, interval, stopped)
        else:
            self._say(self._sweep(databases, stopped))

    def _hold(self, databases: list[str], age: timedelta) -> None:
        held = sum(hold_older_than(age, using) for using in databases)
        self.stdout.write(f"{held} held: release or cancel them in the admin.")

    def _watch(self, databases: list[str], interval: float, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                if report := self._sweep(databases, stopped):
                    self._say(report)
            except (DatabaseError, InterfaceError) as error:
                self.stderr.write(f"The database failed ({type(error).__name__}); the next look is in {interval:g} s.")
            close_old_connections()
            stopped.wait(interval)

    def _sweep(self, databases: list[str], stopped: threading.Event) -> Report:
        return sum((sweep(using, stop=stopped.is_set) for using in databases), Report())

    def _say(self, report: Report) -> None:
        self.stdout.write(str(report))
        self.stdout.flush()


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= LONGEST_INTERVAL_SECONDS:
        raise ValueError
    return value


def age(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not number.isdecimal() or int(number) > LONGEST_AGE:
        raise ValueError
    return int(number) * UNITS[unit]


def _stop_on_signals(stopped: threading.Event) -> None:
    """The batch in hand is finished and recorded; a second signal ends at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
