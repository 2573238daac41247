"""Sales that can't be told as they stand."""

from datetime import datetime

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import ConsentState
from ..models import OutboxEvent, Priority, deadline, outbox_key
from .rows import MAX_NOTES, MAX_REASON, dead
from .writing import write


def bury(
    *,
    name: str,
    event_id: str,
    event_time: datetime,
    action_source: str,
    pixel: str,
    using: str,
    order_key: str,
    source: str,
    reason: str,
    part: str = "",
    note: str = "",
) -> OutboxEvent:
    """Record a sale that can't be told to Meta as it stands: dead, with the reason, so that it is not lost."""
    row = OutboxEvent(
        key=outbox_key(_id_of(pixel), name, event_id),
        pixel=pixel,
        event_name=name,
        event_id=event_id,
        event_time=event_time,
        action_source=action_source,
        source=source,
        environment=conf.ENVIRONMENT,
        priority=Priority.FIRST,
        deadline_at=deadline(event_time, action_source),
        order_key=order_key,
        part=part,
        consent_state=ConsentState.UNKNOWN,
        notes=note[:MAX_NOTES],
    )
    return write(dead(row, reason[:MAX_REASON]), using)


def _id_of(pixel: str) -> str:
    """ "" for an alias that the settings do not know: a sale is not lost by a misspelt one."""
    return pixel_settings(pixel).pixel_id if pixel in conf.PIXELS else ""
