"""Words and bounds of the outbox: what a row can be, and for how long."""

import hashlib
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .database.clock import DatabaseNow

MAX_AGE = timedelta(days=7)  # Meta refuses older events, and the whole batch with them
MAX_AGE_STORE = timedelta(days=62)  # physical_store
KEPT_AT_LEAST = MAX_AGE_STORE + timedelta(days=1)  # a sale whose row is gone could be recorded, and sent, again
AGE_MARGIN = timedelta(minutes=10)  # for the way to Meta and clocks that differ
PAIR_WINDOW = timedelta(hours=47)  # Meta pairs within 48 h of the first copy
URGENT = timedelta(days=1)
LEASE_LIMIT = 5


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    LEASED = "leased", _("being sent")
    SENT = "sent", _("sent")
    HELD = "held", _("held")
    DEAD = "dead", _("dead")
    EXPIRED = "expired", _("expired")
    SKIPPED = "skipped", _("skipped")
    CANCELLED = "cancelled", _("cancelled")


UNSETTLED = (Status.PENDING, Status.LEASED, Status.HELD)
UNSENT = [status.value for status in Status if status not in {Status.PENDING, Status.LEASED, Status.SENT}]
WITHDRAWABLE = (*UNSETTLED, Status.DEAD)  # a dead one may be tried again by staff
# With OR: alone, redacted_at would lead to all that waits, where a person's key leads to a handful.
MAY_GO = Q(status__in=UNSETTLED) | Q(status=Status.DEAD, redacted_at=None)
STILL_WHOLE = Q(redacted_at=None) | ~Q(payload="")
SHADOW = "shadow"  # why what was recorded in shadow mode is never sent
SHORT_ACK = "short_ack"  # of what is sent, those with an odd answer
TAKEN_BACK = ("refunded", "order_cancelled")  # by the order itself, which may think better of it
INCOMPLETE = (
    Q(status=Status.PENDING)
    | Q(status=Status.DEAD, payload="", redacted_at=None)  # buried, never built
    | Q(status=Status.CANCELLED, reason__in=TAKEN_BACK, lease_token="")  # and not under way
)
# What staff may do by hand, and to which rows:
MAY_BE_RETRIED = Q(status__in=(Status.PENDING, Status.HELD, Status.DEAD), deadline_at__gt=DatabaseNow()) & ~Q(
    payload=""
)
MAY_BE_RELEASED = Q(status=Status.HELD)
MAY_BE_CANCELLED = Q(status__in=(Status.PENDING, Status.HELD))


class Source(models.TextChoices):
    SERVER = "server", _("server")
    ORDER = "order", _("order")
    RELAY = "relay", _("browser relay")
    API = "api", _("API")
    IMPORT = "import", _("import")
    RECONCILE = "reconcile", _("reconciliation")


class Priority(models.IntegerChoices):
    FIRST = 0, _("sales and what is near its deadline")
    NORMAL = 1, _("page events")


def outbox_key(pixel_id: str, event_name: str, event_id: str) -> str:
    """What makes an event one event at Meta: 64 hex characters of pixel id, name and event id."""
    return hashlib.sha256(f"{pixel_id}\n{event_name}\n{event_id}".encode()).hexdigest()


def deadline(event_time: datetime, action_source: str) -> datetime:
    """The last moment at which Meta would still take an event of that time."""
    return event_time + (MAX_AGE_STORE if action_source == "physical_store" else MAX_AGE) - AGE_MARGIN
