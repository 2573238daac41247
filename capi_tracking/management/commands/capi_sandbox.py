"""Serve the local Graph API."""

import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...conf import conf
from ...sandbox import Sandbox


class Command(BaseCommand):
    """``python manage.py capi_sandbox --port 8990``: runs until Ctrl-C or SIGTERM."""

    help = "Serves a stand-in for Meta (Graph API, pixel endpoint and pixel script) on 127.0.0.1."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8990, help="0 takes a free one (default: 8990)")
        parser.add_argument(
            "--token", default=_own_token(), help="the access token to take (default: your pixel's own)"
        )
        parser.add_argument("--app-secret", default="", help="with one, each request needs its appsecret_proof")
        parser.add_argument("--pixel", action="append", metavar="ID", help="a known pixel, repeatable (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        sandbox = self._open(options)
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            self.stdout.write(f"Sandbox at {sandbox.url} (what it got: {sandbox.url}/sandbox/events.json)")
            self.stdout.flush()
            sandbox.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Sandbox stopped.")
        finally:
            signal.signal(signal.SIGTERM, before)
            sandbox.stop()

    def _open(self, options: dict[str, Any]) -> Sandbox:
        port = options["port"]
        try:
            return Sandbox(port, token=options["token"], app_secret=options["app_secret"], pixels=options["pixel"])
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {port} can't be used ({error}). Choose another one with --port.") from error


def _own_token() -> str:
    """The default pixel's, so that it stands in no command line."""
    return str(conf.PIXELS.get("default", {}).get("ACCESS_TOKEN", "")) or "sandbox-token"


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
