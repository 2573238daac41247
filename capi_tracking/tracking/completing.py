"""Rows that waited for their final contents."""

from datetime import datetime
from typing import Any

from ..conf import conf
from ..consent import Consent
from ..events import Event
from ..models import OutboxEvent, deadline
from ..models.states import SHADOW
from .judging import Judged, minimised, not_in_the_future, refusal
from .omissions import count_omissions
from .rows import columns_of, proof
from .writing import announce


def complete(
    row: OutboxEvent, event: Event, consent: Consent, *, using: str, due_now: bool, withheld: str = ""
) -> None:
    """Give a row that still waits its final contents, or the reason why it may not be sent any more."""
    events = OutboxEvent.objects.using(using)
    event = not_in_the_future(event)
    kept = minimised(event, row.pixel)
    if reason := withheld or refusal(event, consent):
        events.withdraw(row.key, reason, **proof(consent))
    elif kept.is_enough:
        count_omissions([Judged(row, "", [each for each in kept.left_out if each.note not in row.notes])], using=using)
        values = columns_of(event, kept) | proof(consent) | ({} if row.payload else _timing(row, event))
        if conf.SHADOW or row.lease_token == SHADOW:
            del values["payload"]
            events.withdraw(row.key, SHADOW, **values)
        else:
            _fill(row, values, since=min(row.event_time, event.event_time), using=using, due_now=due_now)


def _fill(row: OutboxEvent, values: dict[str, Any], *, since: datetime, using: str, due_now: bool) -> None:
    events = OutboxEvent.objects.using(using)
    mine = events.filter(key=row.key)
    mine.mark_changed(since=since)  # whom it spoke of until now, and
    events.complete(row.key, due_now=due_now, **values)
    mine.mark_changed(since=since)  # from now on
    announce(row, using=using)


def _timing(row: OutboxEvent, event: Event) -> dict[str, Any]:
    """When it was buried, its time may not have been known."""
    latest = deadline(event.event_time, event.action_source)
    return {
        "event_time": event.event_time,
        "deadline_at": min(latest, row.deadline_at) if row.browser_at else latest,
    }
