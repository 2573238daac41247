"""What ended unsent, told to whoever listens."""

from collections import defaultdict
from collections.abc import Iterable

from ..models import Closed, OutboxEvent
from ..signals import event_failed


def announce(closed: Iterable[Closed], using: str) -> None:
    """Tell what ended unsent: one signal per pixel and reason."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in closed:
        groups[row.pixel, row.reason].append(row.key)
    for (pixel, reason), keys in groups.items():
        event_failed.send_robust(sender=OutboxEvent, keys=keys, pixel=pixel, using=using, reason=reason)
