"""What a failed assertion says: what is tracked, what is not and why. No value of a customer's is in it."""

from collections import Counter
from collections.abc import Iterable

from django.utils import translation

from ..metrics import explain
from ..models import OutboxEvent
from . import outbox

NOTHING = (
    "Nothing was tracked, and nothing was skipped. An order is told when it is saved and paid by its adapter's word; "
    "update() and bulk_create() tell nobody."
)
MOST = 20


def surroundings(name: str, *, using: str | None) -> list[str]:
    """Lines on all that is not an event of that name, and on those that are and will not be sent."""
    others = Counter(row.event_name for row in outbox.tracked_rows(using) if row.event_name != name)
    lines = [*_named("Also tracked", _counted(others)), *_named("Not sent", _unsent(using))]
    return lines or ([] if outbox.tracked_rows(using).exists() else [NOTHING])


def called(row: OutboxEvent) -> str:
    return " ".join(filter(None, [row.event_name, f"to {row.pixel}", f"for {row.order_key}" if row.order_key else ""]))


def _unsent(using: str | None) -> list[str]:
    rows = [f"{called(row)}: {row.status}, {_why(row.reason)}" for row in outbox.unsent_rows(using)]
    counts = outbox.skip_counts(using).items()
    return [*rows, *[f"{name}{_times(count)}: skipped, {_why(reason)}" for (name, reason), count in counts]]


def _why(reason: str) -> str:
    """In English, as the rest of the message is."""
    with translation.override("en"):
        meaning = explain(reason)
    return reason if meaning == reason else f"{reason} ({meaning})"


def _counted(names: Counter[str]) -> list[str]:
    return [", ".join(f"{name}{_times(count)}" for name, count in names.items())] if names else []


def _times(count: int) -> str:
    return f" {count} times" if count > 1 else ""


def _named(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    more = [f"  and {len(found) - MOST} more"] if len(found) > MOST else []
    return [f"{title}:", *[f"  {line}" for line in found[:MOST]], *more] if found else []
