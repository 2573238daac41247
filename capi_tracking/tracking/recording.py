"""Events and skips on their way into the outbox, in the caller's own transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent, ConsentState, vouched
from ..events import Event
from ..exceptions import CapiTrackingError
from ..logs import log_failure
from ..models import OutboxEvent, Priority, RobotCount, SkipCount, Source, deadline, outbox_key
from ..models.skipcount import Place
from ..signals import event_recorded
from ..visitors.exclusions import BOT
from .omissions import count_omissions
from .rows import (
    MAX_NOTES,
    SHADOW,
    Judged,
    columns_of,
    dead,
    fitting,
    judged,
    minimised,
    not_in_the_future,
    proof,
    refusal,
    row_of,
    without_the_person,
)

MAX_REASON = 64


def track(
    event: Event,
    *,
    pixel: str = "default",
    using: str | None = None,
    consent: Consent | None = None,
    order_key: str | None = None,
    part: str = "",
    source: str = Source.SERVER,
    delay: timedelta = timedelta(0),
    withheld: str = "",
    until: datetime | None = None,
) -> OutboxEvent:
    """Record the event for delivery; a second call for the same event changes nothing.

    Without a ``consent`` the caller vouches for it. A consent that forbids sending makes a skipped row (with an
    ``order_key``) or a count (without). ``delay``: how long the row waits for its final contents. ``withheld``: why it
    is not to be sent, whatever the consent. ``until``: a deadline nearer than Meta's for its age. The row that comes back may
    have no pk; its ``key`` identifies it. Raises :class:`InvalidEvent` and :class:`ImproperlyTracked`.
    """
    found = judged(event, pixel, consent or vouched(), order_key, part, source, delay)
    found.row.deadline_at = min(found.row.deadline_at, until or found.row.deadline_at)
    if reason := fitting("withheld", withheld, MAX_REASON) or found.reason:
        return _record_skip(found.row, reason, using)
    count_omissions([found], using=using)
    return _record(found.row, using, delay)


def track_all(
    events: Iterable[tuple[str, Event]],
    *,
    using: str | None = None,
    consent: Consent | None = None,
    source: str = Source.SERVER,
) -> list[OutboxEvent]:
    """Record page events, each with its pixel's alias, in one INSERT; those that may not be sent are counted in another.

    As :func:`track` does, but an event that can't be recorded is logged and left out, and takes no other with it.
    """
    consent = consent or vouched()
    kept, counts = [], Counter[Place]()
    for pixel, event in events:
        try:
            found = judged(event, pixel, consent, None, "", source)
        except CapiTrackingError as error:
            log_failure(error)
            continue
        if found.reason:
            counts[_place(found.row, found.reason)] += 1
        else:
            kept.append(found)
    rows = [found.row for found in kept]
    _record_all(rows, counts, using or conf.OUTBOX_DATABASES[0])
    count_omissions(kept, using=using)
    return rows


def skip_all(events: Iterable[tuple[str, Event]], reason: str, *, using: str | None = None) -> None:
    """Count page events, each with its pixel's alias, that are not sent, and why. One statement, of robots two."""
    events, database = list(events), using or conf.OUTBOX_DATABASES[0]
    days = ((timezone.localdate(event.event_time), pixel, event.name, reason) for pixel, event in events)
    _record_all([], Counter(days), database)
    if reason == BOT and conf.ENABLED:
        RobotCount.objects.using(database).add_all(Counter(pixel for pixel, _event in events))


def skip(
    event: Event,
    reason: str,
    *,
    pixel: str = "default",
    using: str | None = None,
    consent: Consent | None = None,
    order_key: str | None = None,
    part: str = "",
    source: str = Source.SERVER,
) -> OutboxEvent:
    """Record why an event is not sent: a row for an order's event, else one more in the day's count."""
    row = row_of(event, pixel, consent or vouched(), order_key, part, source)
    return _record_skip(row, fitting("reason", reason, MAX_REASON), using)


def complete(
    row: OutboxEvent, event: Event, consent: Consent, *, using: str, due_now: bool, withheld: str = ""
) -> None:
    """Give a row that still waits its final contents, or the reason why it may not be sent any more."""
    events = OutboxEvent.objects.using(using)
    event = not_in_the_future(event)
    kept = minimised(event, row.pixel)
    reason = withheld or refusal(event, consent)
    if reason:
        events.withdraw(row.key, reason, **proof(consent))
    elif kept.is_enough:
        count_omissions([Judged(row, "", [each for each in kept.left_out if each.note not in row.notes])], using=using)
        values = columns_of(event, kept) | proof(consent) | ({} if row.payload else _timing(row, event))
        if conf.SHADOW or row.lease_token == SHADOW:
            events.withdraw(row.key, SHADOW, **{name: values[name] for name in values if name != "payload"})
            return
        mine, since = events.filter(key=row.key), min(row.event_time, event.event_time)
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
    return _record(dead(row, reason[:64]), using)


def _id_of(pixel: str) -> str:
    """ "" for an alias that the settings do not know: a sale is not lost by a misspelt one."""
    return pixel_settings(pixel).pixel_id if pixel in conf.PIXELS else ""


def _record(row: OutboxEvent, using: str | None, delay: timedelta = timedelta(0)) -> OutboxEvent:
    if not conf.ENABLED:
        return row
    database = using or conf.OUTBOX_DATABASES[0]
    OutboxEvent.objects.using(database).record(row)
    announce(row, using=database, delay=delay)
    return row


def announce(row: OutboxEvent, *, using: str, delay: timedelta = timedelta(0)) -> None:
    """Tell whoever listens that a row is, or in ``delay`` will be, ready to go."""
    event_recorded.send_robust(sender=OutboxEvent, event=row, using=using, delay=delay)


def _record_skip(row: OutboxEvent, reason: str, using: str | None) -> OutboxEvent:
    row = without_the_person(row, reason)
    if row.order_key:
        return _record(row, using)
    _record_all([], {_place(row, reason): 1}, using or conf.OUTBOX_DATABASES[0])
    return row


def _record_all(rows: list[OutboxEvent], counts: Mapping[Place, int], using: str) -> None:
    if not conf.ENABLED:
        return
    if rows:
        OutboxEvent.objects.using(using).record_all(rows)
    SkipCount.objects.using(using).add_all(counts)
    for row in rows:
        announce(row, using=using)


def _place(row: OutboxEvent, reason: str) -> Place:
    return timezone.localdate(row.event_time), row.pixel, row.event_name, reason
