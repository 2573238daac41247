"""``capi_reconcile``: which orders Meta knows of, and why not the others."""

import json
from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from ...conf import conf
from ...metrics import explain
from ...models import DifferenceKind
from ...reconciliation import Judgement, Outcome, Report, reconcile
from ..tidy import TidyCommand, written

WORDS = {
    Outcome.SENT: "sent",
    Outcome.WAITING: "waiting",
    Outcome.WITHHELD: "withheld",
    Outcome.LOST: "lost",
    Outcome.BROWSER_ONLY: "left to the browser's copy",
    Outcome.UNKNOWN: "unknown",
}


class Command(TidyCommand):
    help = (
        "Compares the shop's orders with the outbox: how many were sent, are withheld or lost, and why. "
        "With --fix it records those that were never recorded, inside Meta's windows and by the consent at checkout."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=at_least_one,
            help="How far back (default: RECONCILE_DAYS, at most PRUNE_AFTER).",
        )
        parser.add_argument("--fix", action="store_true", help="Record what was never recorded.")
        parser.add_argument("--json", action="store_true", help="Every difference and the counts, as one JSON object.")
        parser.add_argument(
            "--list",
            type=zero_or_more,
            default=10,
            metavar="N",
            help="Name so many orders of each kind (default: 10).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not conf.ENABLED:
            raise CommandError("Tracking is off (ENABLED): there is nothing to compare.")
        days = options["days"] or conf.RECONCILE_DAYS
        paper = JsonPaper(self.stdout) if options["json"] else TextPaper(self.stdout, options["list"])
        report = reconcile(days, mends=options["fix"], tell=paper.tell)
        paper.end(days, report)


class JsonPaper:
    """One object, written piece by piece: however many differences there are, none waits in memory."""

    def __init__(self, out: OutputWrapper) -> None:
        self.out = out
        self.between = '{"differences": [\n'

    def tell(self, judgement: Judgement) -> None:
        self.out.write(f"{self.between}{json.dumps(as_json(judgement))}", ending="")
        self.between = ",\n"

    def end(self, days: int, report: Report) -> None:
        start = self.between if self.between.startswith("{") else ""
        self.out.write(f'{start}], "days": {days}, "counts": {json.dumps(report.as_json())}}}')


class TextPaper:
    """The sums, then the first orders of each kind."""

    def __init__(self, out: OutputWrapper, most: int) -> None:
        self.out = out
        self.most = most
        self.found: dict[str, list[Judgement]] = defaultdict(list)

    def tell(self, judgement: Judgement) -> None:
        kept = self.found[judgement.kind or ""]
        if len(kept) < self.most:
            kept.append(judgement)

    def end(self, days: int, report: Report) -> None:
        self.out.write(f"{report.sales} sales of the last {days} days: {shares(report)}.")
        for currency in sorted({*report.ordered, *report.told}):
            ordered, told = report.ordered.get(currency, 0), report.told.get(currency, 0)
            self.out.write(f"{currency} {ordered:,.2f} in orders, {told:,.2f} of it sent.")
        for kind in DifferenceKind:
            if report.kinds[kind]:
                self._kind(kind, report.kinds[kind])
        if report.mended:
            self.out.write(f"\nMended: {', '.join(f'{n} ({state})' for state, n in report.mended.most_common())}.")

    def _kind(self, kind: DifferenceKind, count: int) -> None:
        found = self.found[kind]
        self.out.write(f"\n{kind.label.capitalize()}: {count}")
        for judgement in found:
            self.out.write(f"  {line(judgement)}")
        if count > len(found) > 0:
            self.out.write(f"  and {count - len(found)} more")


def shares(report: Report) -> str:
    return (
        ", ".join(f"{report.outcomes[each]} {word}" for each, word in WORDS.items() if report.outcomes[each]) or "none"
    )


def line(judgement: Judgement) -> str:
    told, place = judgement.told, judgement.place
    when = f"{judgement.when:%Y-%m-%d %H:%M}" if judgement.when else "no time"
    worth = money(judgement.value, judgement.currency)
    if told and judgement.kind == DifferenceKind.DRIFT:
        worth = f"{worth} (told {money(told.value, told.currency)})"
    why = judgement.mended or explain(judgement.reason)
    return "  ".join(part for part in (place.order_key, place.pixel, place.event_name, when, worth, why) if part)


def money(value: Any, currency: str) -> str:
    return "" if value is None else f"{currency} {value:,.2f}".strip()


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Money as text, times as ISO 8601; no customer."""
    told = judgement.told
    return {
        **judgement.place._asdict(),
        "kind": judgement.kind,
        "outcome": judgement.outcome,
        "when": judgement.when.isoformat() if judgement.when else None,
        "value": text(judgement.value),
        "currency": judgement.currency,
        "told_value": text(told.value) if told else None,
        "told_currency": told.currency if told else "",
        "status": told.status if told else "",
        "reason": judgement.reason,
        "mended": judgement.mended,
    }


def text(value: Any) -> str | None:
    return None if value is None else str(value)


@written("write a number of days, 1 to 100000")
def at_least_one(given: str) -> int:
    if not 1 <= (number := int(given)) <= 100_000:
        raise ValueError
    return number


@written("write a number, 0 or more")
def zero_or_more(given: str) -> int:
    if (number := int(given)) < 0:
        raise ValueError
    return number
