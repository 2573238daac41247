"""Events and skips on their way into the outbox, in the caller's own transaction."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from ..conf import conf
from ..consent import Consent, vouched
from ..events import Event
from ..exceptions import CapiTrackingError
from ..logs import log_failure
from ..models import OutboxEvent, RobotCount, Source
from ..models.skipcount import Place
from ..visitors.exclusions import BOT
from .judging import judged, row_of
from .omissions import count_omissions
from .rows import MAX_REASON, fitting
from .writing import place_of, write, write_all, write_skip


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
        return write_skip(found.row, reason, using)
    count_omissions([found], using=using)
    return write(found.row, using, delay)


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
            counts[place_of(found.row, found.reason)] += 1
        else:
            kept.append(found)
    rows = [found.row for found in kept]
    write_all(rows, counts, using or conf.OUTBOX_DATABASES[0])
    count_omissions(kept, using=using)
    return rows


def skip_all(events: Iterable[tuple[str, Event]], reason: str, *, using: str | None = None) -> None:
    """Count page events, each with its pixel's alias, that are not sent, and why. One statement, of robots two."""
    events, database = list(events), using or conf.OUTBOX_DATABASES[0]
    days = ((timezone.localdate(event.event_time), pixel, event.name, reason) for pixel, event in events)
    write_all([], Counter(days), database)
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
    return write_skip(row, fitting("reason", reason, MAX_REASON), using)
