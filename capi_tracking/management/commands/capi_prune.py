"""``capi_prune``: for cron, where no beat runs the task."""

from typing import Any

from django.core.management.base import CommandParser

from ...privacy import Cleared, prune
from ..outboxes import add_database, chosen
from ..tidy import TidyCommand


class Command(TidyCommand):
    help = "Takes customers' data out of what was sent long ago (REDACT_AFTER), and deletes what is old (PRUNE_AFTER)."

    def add_arguments(self, parser: CommandParser) -> None:
        add_database(parser)

    def handle(self, *args: Any, database: str | None, **options: Any) -> None:
        self.stdout.write(str(sum((self._all(using) for using in chosen(database)), Cleared())))

    def _all(self, using: str) -> Cleared:
        """Nobody waits for a command: it goes on until nothing is left."""
        total = Cleared()
        while (done := prune(using)) != Cleared():
            total += done
        return total
