"""One pixel: what waits for it, and how its latest requests went."""

from dataclasses import dataclass

from ...models import DeliveryAttempt
from ..answers.waiting import Waiting, backlog, waiting

LATEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelState:
    waiting: Waiting
    attempts: tuple[DeliveryAttempt, ...]


def pixel_state(alias: str, *, using: str) -> PixelState:
    """Two queries, both led by an index. The attempts are the latest first, without their lists of events."""
    attempts = DeliveryAttempt.objects.using(using).filter(pixel=alias).order_by("-started_at").defer("events")
    return PixelState(waiting=waiting(backlog(pixel=alias, using=using)), attempts=tuple(attempts[:LATEST]))
