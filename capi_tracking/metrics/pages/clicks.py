"""What became of clicks on ads between the address and Meta."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.db.models.lookups import GreaterThan

from ...models import OutboxEvent
from ...readiness import BITS, CHANGED_CLICK
from ..window import Window

DAYS_OF_A_CLICK = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """Events of the window. ``carried`` a click; ``malformed`` cookies were left out; ``changed`` and ``old`` were sent."""

    carried: int
    malformed: int
    changed: int
    old: int


def clicks(window: Window, *, using: str, pixel: str = "") -> Clicks:
    """Of orders and pages, after redaction too. One query."""
    rows = OutboxEvent.objects.using(using).filter(
        event_time__gte=window.start, event_time__lt=window.end, is_test=False
    )
    rows = rows.filter(pixel=pixel) if pixel else rows
    found = rows.aggregate(
        carried=_counted("key_bits", BITS["fbc"]),
        malformed=_counted("refused_bits", BITS["fbc"]),
        changed=_counted("refused_bits", CHANGED_CLICK),
        old=Count("pk", filter=Q(click_days__gte=DAYS_OF_A_CLICK)),
    )
    return Clicks(**found)


def _counted(column: str, bit: int) -> Count:
    return Count("pk", filter=Q(GreaterThan(F(column).bitand(bit), 0)))
