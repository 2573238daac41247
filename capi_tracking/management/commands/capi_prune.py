"""``capi_prune``: for cron, where no beat runs the task."""

from typing import Any

from django.core.management.base import CommandParser
from django.db import connections

from ...conf import conf
from ...privacy import Cleared, prune
from ..tidy import TidyCommand


class Command(TidyCommand):
    help = "Takes customers' data out of what was sent long ago (REDACT_AFTER), and deletes what is old (PRUNE_AFTER)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database",
            choices=list(connections),
            metavar="ALIAS",
            help="The outbox of this database alone, not all OUTBOX_DATABASES.",
        )

    def handle(self, *args: Any, database: str | None, **options: Any) -> None:
        databases = [database] if database else list(conf.OUTBOX_DATABASES)
        self.stdout.write(str(sum((self._all(using) for using in databases), Cleared())))

    def _all(self, using: str) -> Cleared:
        """Nobody waits for a command: it goes on until nothing is left."""
        total = Cleared()
        while (done := prune(using)) != Cleared():
            total += done
        return total
