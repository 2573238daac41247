"""The pixels as they stand, with what is the shop's own beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery

from ...models import Heartbeat, Pixel, Reconciliation
from ..reasons import explain
from .metas import with_metas


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelLine:
    pk: int
    alias: str
    is_paused: bool
    reason: str
    since: datetime | None
    waits_until: datetime | None
    last_success_at: datetime | None


def states_of(pixel: str, using: str) -> list[Any]:
    """Each with ``compared_at``, ``worker_at``, ``beat_at`` and Meta's own numbers."""
    # these are the shop's, not a pixel's: beside the pixels they take no query of their own
    runs = Reconciliation.objects.filter(finished_at__isnull=False).order_by("-pk").values("finished_at")
    signs = {f"{name}_at": Subquery(Heartbeat.objects.filter(name=name).values("beat_at")) for name in Heartbeat.Name}
    states = with_metas(Pixel.objects.using(using)).annotate(compared_at=Subquery(runs[:1]), **signs).order_by("alias")
    return list(states.filter(alias=pixel) if pixel else states)


def compared_at(states: Iterable[Any]) -> datetime | None:
    """When orders and outbox were last compared, as :func:`states_of` has read it."""
    return max((state.compared_at for state in states if state.compared_at), default=None)


def pixel_line(pixel: Pixel) -> PixelLine:
    is_paused = pixel.state == Pixel.State.PAUSED
    return PixelLine(
        pk=pixel.pk,
        alias=pixel.alias,
        is_paused=is_paused,
        reason=explain(pixel.paused_reason if is_paused else pixel.wait_reason),
        since=pixel.paused_at,
        waits_until=pixel.wait_until,
        last_success_at=pixel.last_success_at,
    )
