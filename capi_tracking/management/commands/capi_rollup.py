"""``capi_rollup``: for cron, where no beat runs the task."""

from typing import Any

from django.core.management.base import CommandParser

from ...metrics import RolledUp, roll_up
from ..outboxes import add_database, chosen
from ..tidy import TidyCommand


class Command(TidyCommand):
    help = "Adds up the days and hours that are over or have changed, so that the dashboard need not read their rows."

    def add_arguments(self, parser: CommandParser) -> None:
        add_database(parser)

    def handle(self, *args: Any, database: str | None, **options: Any) -> None:
        self.stdout.write(str(sum((self._all(using) for using in chosen(database)), RolledUp(computed=0, left=0))))

    def _all(self, using: str) -> RolledUp:
        """Nobody waits for a command: it goes on until nothing is left."""
        computed = 0
        while (done := roll_up(using)).left:
            computed += done.computed
        return RolledUp(computed=computed + done.computed, left=0)
