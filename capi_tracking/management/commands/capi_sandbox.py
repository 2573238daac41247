"""Serve the local Graph API."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from ...conf import conf
from ...sandbox.command import DESCRIPTION, PortTaken, add_arguments, serve
from ..tidy import TidyCommand


class Command(TidyCommand):
    """``python manage.py capi_sandbox --port 8990``: runs until Ctrl-C or SIGTERM."""

    help = DESCRIPTION
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_arguments(parser, token=_own_token(), whose_token="your default pixel's own")  # noqa: S106 - a description

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            serve(options, self._say)
        except PortTaken as error:
            raise CommandError(str(error)) from error

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _own_token() -> str:
    """The default pixel's, so that it stands in no command line."""
    return str(conf.PIXELS.get("default", {}).get("ACCESS_TOKEN", "")) or "sandbox-token"
