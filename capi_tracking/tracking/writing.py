"""Rows and counts, written and announced."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from ..conf import conf
from ..models import OutboxEvent, SkipCount
from ..models.skipcount import Place
from ..signals import event_recorded
from .rows import without_the_person


def write(row: OutboxEvent, using: str | None, delay: timedelta = timedelta(0)) -> OutboxEvent:
    if not conf.ENABLED:
        return row
    database = using or conf.OUTBOX_DATABASES[0]
    OutboxEvent.objects.using(database).record(row)
    announce(row, using=database, delay=delay)
    return row


def write_skip(row: OutboxEvent, reason: str, using: str | None) -> OutboxEvent:
    row = without_the_person(row, reason)
    if row.order_key:
        return write(row, using)
    write_all([], {place_of(row, reason): 1}, using or conf.OUTBOX_DATABASES[0])
    return row


def write_all(rows: list[OutboxEvent], counts: Mapping[Place, int], using: str) -> None:
    if not conf.ENABLED:
        return
    if rows:
        OutboxEvent.objects.using(using).record_all(rows)
    SkipCount.objects.using(using).add_all(counts)
    for row in rows:
        announce(row, using=using)


def announce(row: OutboxEvent, *, using: str, delay: timedelta = timedelta(0)) -> None:
    """Tell whoever listens that a row is, or in ``delay`` will be, ready to go."""
    event_recorded.send_robust(sender=OutboxEvent, event=row, using=using, delay=delay)


def place_of(row: OutboxEvent, reason: str) -> Place:
    return timezone.localdate(row.event_time), row.pixel, row.event_name, reason
