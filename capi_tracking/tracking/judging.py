"""What becomes of an event at a pixel: what of it may leave, and whether it may be sent at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from .. import minimisation
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent, ConsentState
from ..events import Event
from ..minimisation import LeftOut, Minimised
from ..models import OutboxEvent, Status, deadline
from ..models.database.clock import later
from ..models.states import SHADOW
from .rows import columns_of, dead, row_as_kept

LIMITED_DATA_USE = "LDU"


class Judged(NamedTuple):
    """An event's row as it is to be recorded, why it may not be sent ("" if it may), and which data was left out."""

    row: OutboxEvent
    reason: str
    left_out: Sequence[LeftOut] = ()


def judged(
    event: Event,
    pixel: str,
    consent: Consent,
    order_key: str | None,
    part: str,
    source: str,
    delay: timedelta = timedelta(0),
) -> Judged:
    """What becomes of the event at this pixel."""
    event = not_in_the_future(event)
    kept = minimised(event, pixel)
    row = row_as_kept(event, kept, pixel, consent, order_key, part, source)
    reason = refusal(event, consent) or _not_shared(event, kept, order_key)
    if reason:
        return Judged(row, reason)
    if not kept.is_enough:
        return Judged(_without_enough(row), "", kept.left_out)
    if conf.SHADOW:
        return Judged(_in_shadow(row), "", kept.left_out)
    row.due_at = later(delay)
    return Judged(row, "", kept.left_out)


def refusal(event: Event, consent: Consent) -> str:
    """Why the event may not be sent, or "": consent first, then children, then Meta's age limit."""
    if consent.state == ConsentState.LIMITED and LIMITED_DATA_USE not in (event.data_processing_options or ()):
        return "consent_limited"
    if consent.state in {ConsentState.DENIED, ConsentState.UNKNOWN}:
        return f"consent_{consent.state}"
    if minimisation.is_minor(event.user_data):
        return "minor"
    return "too_old" if deadline(event.event_time, event.action_source) <= timezone.now() else ""


def _not_shared(event: Event, kept: Minimised, order_key: str | None) -> str:
    """Page events of whom ``SHARE`` leaves nobody are counted; an order's customer may be saved after it."""
    return "" if order_key or kept.is_enough or event.user_data.too_broad else "not_shared"


def minimised(event: Event, pixel: str) -> Minimised:
    """The event as this pixel may have it."""
    return minimisation.minimised(event, pixel_settings(pixel))


def contents_of(event: Event, pixel: str = "default") -> dict[str, Any]:
    """The columns of a row that follow from its event: what is rewritten when an order's lines come later."""
    return columns_of(event, minimised(event, pixel))


def not_in_the_future(event: Event) -> Event:
    """A clock that runs ahead would get the whole batch refused."""
    now = timezone.now()
    return replace(event, event_time=now) if event.event_time > now else event


def row_of(event: Event, pixel: str, consent: Consent, order_key: str | None, part: str, source: str) -> OutboxEvent:
    """The event's row, whatever becomes of it."""
    return row_as_kept(event, minimised(event, pixel), pixel, consent, order_key, part, source)


def _without_enough(row: OutboxEvent) -> OutboxEvent:
    """Meta would refuse it. An order's customer may be saved after it, so its row stays open to its contents."""
    row.payload = "" if row.order_key or conf.SHADOW else row.payload
    return dead(row, "too_little_user_data")


def _in_shadow(row: OutboxEvent) -> OutboxEvent:
    """Closed before any worker sees it. Its columns stay, to be compared."""
    row.status, row.reason, row.payload = Status.SKIPPED, SHADOW, ""
    row.settled_at = row.redacted_at = timezone.now()
    return row
