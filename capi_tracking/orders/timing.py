"""When a sale was, and whether that is a time that this shop tells of."""

from datetime import datetime
from functools import lru_cache

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ..conf import conf
from ..models import deadline
from . import fields
from .sales import Sale


def time_of(sale: Sale) -> datetime | None:
    """When the order was paid; None if that was before this shop began to track, or too long ago to tell."""
    paid = fields.moment(_told_at(sale) or sale.adapter.event_time(sale.order))
    oldest = track_since(sale.outbox)
    placed = paid or fields.moment(sale.adapter.placed_at(sale.order))
    if oldest and placed and placed < oldest:
        return None
    if paid is None and placed and deadline(placed, sale.action_source) <= timezone.now():
        return None  # long placed, payment time unknown: an old order that somebody saved
    return paid or (placed if sale.is_late else timezone.now())


def _told_at(sale: Sale) -> datetime | None:
    return sale.told.at if sale.told else None


def track_since(using: str) -> datetime | None:
    """Nothing paid before this moment is ever sent: ``TRACK_SINCE``, or when this app was first migrated."""
    return fields.moment(conf.TRACK_SINCE) or _migrated_at(using)


@lru_cache(maxsize=16)
def _migrated_at(using: str) -> datetime | None:
    applied = MigrationRecorder(connections[using]).migration_qs.filter(app="capi_tracking")
    moment: datetime | None = applied.order_by("applied").values_list("applied", flat=True).first()
    return moment
