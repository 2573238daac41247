"""What became of clicks on ads between the address and Meta."""

from dataclasses import dataclass

from django.db.models import Count, Q

from ..models import OutboxEvent
from ..normalization import CHANGED_CLICK, OLD_CLICK
from .window import Window

MALFORMED_CLICK = "fbc: malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """Events of the window. ``malformed`` cookies were left out; ``changed`` and ``old`` ones were sent as they are."""

    malformed: int
    changed: int
    old: int


def clicks(window: Window, *, using: str, pixel: str = "") -> Clicks:
    """Counted from what the rows say was odd. One query."""
    rows = OutboxEvent.objects.using(using).filter(
        event_time__gte=window.start, event_time__lt=window.end, is_test=False
    )
    rows = rows.filter(pixel=pixel) if pixel else rows
    found = rows.aggregate(malformed=_noted(MALFORMED_CLICK), changed=_noted(CHANGED_CLICK), old=_noted(OLD_CLICK))
    return Clicks(**found)


def _noted(note: str) -> Count:
    return Count("pk", filter=Q(notes__contains=note))
