"""``capi_send_test``: one event of nobody's, to see it arrive in Events Manager."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from ...conf import conf
from ...conf import pixel as pixel_settings
from ...doctor import TEST_EVENT, send_test
from ..tidy import TidyCommand


class Command(TidyCommand):
    help = f"Sends {TEST_EVENT}, at once and past the outbox. The test code is used for this event and kept nowhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--pixel",
            default="default",
            choices=list(conf.PIXELS),
            metavar="ALIAS",
            help="The alias (default: default).",
        )
        parser.add_argument("--code", default="", help="As Events Manager shows it under Test events (TEST12345).")

    def handle(self, *args: Any, pixel: str, code: str, **options: Any) -> None:
        code = code.strip() or pixel_settings(pixel).test_event_code
        if not code:
            raise CommandError("Give the code that Events Manager shows under Test events: --code TEST12345")
        tried = send_test(pixel, code)
        trace = f" Trace id {tried.trace_id}." if tried.trace_id else ""
        if not tried.is_well:
            codes = f" Code {tried.code}." if tried.code else ""
            raise CommandError(f"{tried.explanation}{codes} {tried.message}{trace}".strip())
        self.stdout.write(f"Meta took {TEST_EVENT}. Events Manager shows it under Test events within a minute.{trace}")
