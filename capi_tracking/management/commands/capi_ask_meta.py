"""``capi_ask_meta``: for cron, where no beat runs the task, and for a person who wants to know now."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ... import dataset_quality, metrics
from ...models import QualityFetch
from ..tidy import TidyCommand


class Command(TidyCommand):
    help = "Fetches Meta's own scores and counts of each pixel, where that was not done within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="Ask, whenever it was done last.")

    def handle(self, *args: Any, now: bool, **options: Any) -> None:
        asked = dataset_quality.fetch_all() if now else dataset_quality.fetch_due()
        for each in asked:
            self.stdout.write(f"{each.pixel}: {_said(each)}")
        if not asked:
            self.stdout.write("Nothing is to be asked now.")
        if any(each.problem for each in asked):
            raise CommandError("Meta did not tell everything.")


def _said(done: QualityFetch) -> str:
    problem = metrics.unasked(done.problem, done.asked_for, done.code, done.subcode, done.trace_id)
    if problem is None:
        return f"told of {done.events} event{'' if done.events == 1 else 's'}"
    return " ".join(filter(None, (problem.why, f"Code {problem.code}." if problem.code else "", problem.advice)))
