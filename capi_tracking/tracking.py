"""Everything that comes in: ``track`` an event, ``skip`` one with the reason, ``acknowledge`` a browser's receipt.

All write in the caller's own transaction: roll it back, and it was never tracked.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from . import readiness
from .conf import conf
from .conf import pixel as pixel_settings
from .consent import Consent, ConsentState, vouched
from .context import identity_key
from .events import ActionSource, Event, StandardEvent
from .exceptions import InvalidEvent
from .models import (
    BrowserReceipt,
    BrowserState,
    OutboxEvent,
    Priority,
    SkipCount,
    Source,
    Status,
    deadline,
    outbox_key,
)
from .models.clock import DatabaseNow
from .signals import event_recorded

SALES = frozenset({StandardEvent.PURCHASE, StandardEvent.SUBSCRIBE, StandardEvent.START_TRIAL, StandardEvent.LEAD})
SOURCES = frozenset(Source.values)  # Django makes that list anew each time
LIMITED_DATA_USE = "LDU"
MAX_ORDER_KEY = 128
MAX_PART = 32
MAX_REASON = 64
MAX_VALUE = 10**14  # SQLite rounds to 15 digits, and could not read back what that makes of more
MAX_PROOF = 64
SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a browser says of its copy of one event."""

    pixel: str
    event_name: str
    event_id: str
    state: BrowserState = BrowserState.UNKNOWN
    visitor_key: str = ""
    detail: str = ""

    @property
    def key(self) -> str:
        return outbox_key(pixel_settings(self.pixel).pixel_id, self.event_name, self.event_id)


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
) -> OutboxEvent:
    """Record the event for delivery; a second call for the same event changes nothing.

    Without a ``consent`` the caller vouches for it. A consent that forbids sending makes a skipped row (with an
    ``order_key``) or a count (without). ``delay``: how long the row waits for its final contents. The row that comes
    back may have no pk; its ``key`` identifies it. Raises :class:`InvalidEvent` and :class:`ImproperlyTracked`.
    """
    consent = consent or vouched()
    event = _not_in_the_future(event)
    row = _row(event, pixel, consent, order_key, part, source)
    reason = refusal(event, consent)
    if reason:
        return _record_skip(row, reason, using)
    if event.user_data.too_broad:
        return _record(_without_enough(row), using)
    if conf.SHADOW:
        return _record(_in_shadow(row), using)
    row.due_at = DatabaseNow() + delay
    return _record(row, using, delay)


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
    row = _row(event, pixel, consent or vouched(), order_key, part, source)
    return _record_skip(row, _fitting("reason", reason, MAX_REASON), using)


def complete(row: OutboxEvent, event: Event, consent: Consent, *, using: str, due_now: bool) -> None:
    """Give a row that still waits its final contents, or the reason why it may not be sent any more."""
    events = OutboxEvent.objects.using(using)
    event = _not_in_the_future(event)
    reason = refusal(event, consent)
    if reason:
        events.withdraw(row.key, reason, **_proof(consent))
    elif not event.user_data.too_broad:
        values = contents_of(event) | _proof(consent) | ({} if row.payload else _timing(row, event))
        if conf.SHADOW or row.lease_token == SHADOW:
            events.withdraw(row.key, SHADOW, **{name: values[name] for name in values if name != "payload"})
            return
        events.complete(row.key, due_now=due_now, **values)
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
        part="",
        consent_state=ConsentState.UNKNOWN,
        notes=note[:255],
    )
    return _record(_dead(row, reason[:64]), using)


def _id_of(pixel: str) -> str:
    """ "" for an alias that the settings do not know: a sale is not lost by a misspelt one."""
    return pixel_settings(pixel).pixel_id if pixel in conf.PIXELS else ""


def acknowledge(receipt: Receipt, *, using: str | None = None) -> None:
    """Keep what the browser knows. A copy that was handed over brings the row's deadline forward."""
    now = timezone.now()
    database = using or conf.OUTBOX_DATABASES[0]
    BrowserReceipt.objects.using(database).raise_to(
        BrowserReceipt(
            key=receipt.key,
            visitor_key=receipt.visitor_key,
            pixel=receipt.pixel,
            event_name=receipt.event_name,
            event_id=receipt.event_id,
            state=receipt.state,
            detail=receipt.detail[:64],
            changed_at=now,
        )
    )
    if receipt.state == BrowserState.HANDED_OVER:
        OutboxEvent.objects.using(database).browser_saw(receipt.key, now)


def is_recorded(receipt: Receipt, *, using: str | None = None) -> bool:
    """Whether the event that the receipt speaks of is in the outbox."""
    return OutboxEvent.objects.using(using or conf.OUTBOX_DATABASES[0]).filter(key=receipt.key).exists()


def contents_of(event: Event) -> dict[str, Any]:
    """The columns of a row that follow from its event: what is rewritten when an order's lines come later."""
    data = event.user_data
    keys = data.keys
    value = event.custom_data.value
    if value is not None and value >= MAX_VALUE:
        raise InvalidEvent("value", "more than the outbox can hold")
    return {
        "payload": _payload(event),
        "value": value,
        "currency": event.custom_data.currency,
        "match_keys": " ".join(keys),
        "match_score": readiness.score(keys),
        "notes": "; ".join(data.notes)[:255],
        "visitor_key": identity_key("fbp", data.fbp),
        "email_key": identity_key("em", data.em[0] if data.em else ""),
        "phone_key": identity_key("ph", data.ph[0] if data.ph else ""),
        "external_key": identity_key("external_id", data.external_id[0] if data.external_id else ""),
    }


def refusal(event: Event, consent: Consent) -> str:
    """Why the event may not be sent, or "": consent first, then Meta's age limit."""
    if consent.state == ConsentState.LIMITED and LIMITED_DATA_USE not in (event.data_processing_options or ()):
        return "consent_limited"
    if consent.state in {ConsentState.DENIED, ConsentState.UNKNOWN}:
        return f"consent_{consent.state}"
    return "too_old" if deadline(event.event_time, event.action_source) <= timezone.now() else ""


def _payload(event: Event) -> str:
    text = event.as_json()
    if len(text.encode()) > conf.EVENT_BYTES:
        raise InvalidEvent("payload", f"more than EVENT_BYTES ({conf.EVENT_BYTES})")
    return text


def _not_in_the_future(event: Event) -> Event:
    """A clock that runs ahead would get the whole batch refused."""
    now = timezone.now()
    return replace(event, event_time=now) if event.event_time > now else event


def _row(event: Event, pixel: str, consent: Consent, order_key: str | None, part: str, source: str) -> OutboxEvent:
    _fitting("order_key", order_key or "", MAX_ORDER_KEY)
    _fitting("part", part, MAX_PART)
    if source not in SOURCES:
        raise InvalidEvent("source", f"must be one of {', '.join(Source.values)}")
    is_sale = bool(order_key) or event.name in SALES
    return OutboxEvent(
        key=outbox_key(pixel_settings(pixel).pixel_id, event.name, event.event_id),
        pixel=pixel,
        event_name=event.name,
        event_id=event.event_id,
        event_time=event.event_time,
        action_source=ActionSource(event.action_source).value,
        source=source,
        environment=conf.ENVIRONMENT,
        priority=Priority.FIRST if is_sale else Priority.NORMAL,
        deadline_at=deadline(event.event_time, event.action_source),
        order_key=order_key or None,
        part=part if order_key else None,
        **_proof(consent),
        **contents_of(event),
    )


def _fitting(name: str, value: str, limit: int) -> str:
    """Refused here, or the database refuses it inside the shop's transaction, or a lenient one cuts it."""
    if not isinstance(value, str) or len(value) > limit or not value.isprintable():
        raise InvalidEvent(name, f"must be printable and at most {limit} characters long")
    return value


def _proof(consent: Consent) -> dict[str, Any]:
    return {
        "consent_state": consent.state,
        "consent_policy": consent.policy[:MAX_PROOF],
        "consent_source": consent.source[:MAX_PROOF],
        "consent_at": consent.at,
    }


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
    row = _without_the_person(row, reason)
    if row.order_key:
        return _record(row, using)
    if conf.ENABLED:
        counts = SkipCount.objects.using(using or conf.OUTBOX_DATABASES[0])
        counts.add(timezone.localdate(row.event_time), row.pixel, row.event_name, reason)
    return row


def _without_the_person(row: OutboxEvent, reason: str) -> OutboxEvent:
    """Keeps one key of the person, so that a refusal is found again, and nothing else."""
    row.status, row.reason, row.due_at = Status.SKIPPED, reason, None
    row.payload = row.match_keys = row.notes = ""
    row.visitor_key = row.phone_key = row.match_score = None
    row.email_key = None if row.external_key else row.email_key
    row.settled_at = row.redacted_at = timezone.now()
    return row


def _without_enough(row: OutboxEvent) -> OutboxEvent:
    """Meta would refuse it. An order's customer may be saved after it, so its row stays open to its contents."""
    row.payload = "" if row.order_key or conf.SHADOW else row.payload
    return _dead(row, "too_little_user_data")


def _in_shadow(row: OutboxEvent) -> OutboxEvent:
    """Closed before any worker sees it. Its columns stay, to be compared."""
    row.status, row.reason, row.payload = Status.SKIPPED, SHADOW, ""
    row.settled_at = row.redacted_at = timezone.now()
    return row


def _dead(row: OutboxEvent, reason: str) -> OutboxEvent:
    # such a row may be mended when shadow mode is over: it must be known then
    row.lease_token = SHADOW if conf.SHADOW else ""
    row.status, row.reason, row.due_at, row.settled_at = Status.DEAD, reason, None, timezone.now()
    return row
