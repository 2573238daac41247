"""How many events we sent ourselves, so that what Meta counted beside them shows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from ..conf import conf, pixel
from ..models import DeliveryAttempt, OutboxEvent, Status
from ..models.database.slices import SLICE

CLOCKS_DIFFER = timedelta(minutes=5)
MOST_ATTEMPTS = 500
UNSURE = (DeliveryAttempt.Kind.UNREACHABLE, DeliveryAttempt.Kind.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """By event name: what we sent, and what may have arrived besides. ``doubtful`` is None if it can't be told."""

    sent: Counter[str]
    doubtful: Counter[str] | None


def count_ours(alias: str, since: datetime) -> Ours:
    """What this pixel got of us, under whatever alias and from each database, since then."""
    number = pixel(alias).pixel_id
    aliases = [name for name in conf.PIXELS if pixel(name).pixel_id == number]
    parts = [_in_database(using, aliases, since - CLOCKS_DIFFER) for using in conf.OUTBOX_DATABASES]
    doubtful = [part.doubtful for part in parts if part.doubtful is not None]
    return Ours(
        sent=sum((part.sent for part in parts), Counter()),
        doubtful=sum(doubtful, Counter()) if len(doubtful) == len(parts) else None,
    )


def _in_database(using: str, aliases: Collection[str], since: datetime) -> Ours:
    rows = OutboxEvent.objects.using(using).filter(pixel__in=aliases)
    # what was settled since then was redacted since then, or not at all: both are ranges of one index
    sent = rows.filter(status=Status.SENT, settled_at__gte=since)
    found = _names(sent.filter(redacted_at=None)) + _names(sent.filter(redacted_at__gte=since))
    return Ours(sent=found, doubtful=_doubtful(using, aliases, since))


def _doubtful(using: str, aliases: Collection[str], since: datetime) -> Counter[str] | None:
    """Copies that Meta may have taken without our knowing: under way, unanswered, or in a batch that was refused."""
    failed = DeliveryAttempt.objects.using(using).filter(pixel__in=aliases, kind__in=UNSURE, started_at__gte=since)
    lists = list(failed.values_list("events", flat=True)[: MOST_ATTEMPTS + 1])
    if len(lists) > MOST_ATTEMPTS:
        return None
    leased = OutboxEvent.objects.using(using).filter(pixel__in=aliases, queue__isnull=False, status=Status.LEASED)
    tried = Counter(pk for pks in lists if isinstance(pks, list) for pk in pks if isinstance(pk, int))
    return _names(leased) + _named(tried, using)


def _named(tried: Counter[int], using: str) -> Counter[str]:
    found: Counter[str] = Counter()
    pks = list(tried)
    for first in range(0, len(pks), SLICE):
        rows = OutboxEvent.objects.using(using).filter(pk__in=pks[first : first + SLICE])
        for pk, name in rows.values_list("pk", "event_name"):
            found[name] += tried[pk]
    return found


def _names(rows: "QuerySet[OutboxEvent]") -> Counter[str]:
    return Counter(dict(rows.order_by().values_list("event_name").annotate(times=Count("pk"))))
