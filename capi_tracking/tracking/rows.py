"""How an event becomes a row of the outbox: its columns, and what may be sent at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from .. import minimisation, normalization, readiness
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent, ConsentState
from ..events import ActionSource, Event, StandardEvent
from ..exceptions import InvalidEvent
from ..keyed_hashes import identity_key
from ..minimisation import LeftOut, Minimised
from ..models import OutboxEvent, Priority, Source, Status, deadline, outbox_key
from ..models.database.clock import later

SALES = frozenset({StandardEvent.PURCHASE, StandardEvent.SUBSCRIBE, StandardEvent.START_TRIAL, StandardEvent.LEAD})
SOURCES = frozenset(Source.values)  # Django makes that list anew each time
LIMITED_DATA_USE = "LDU"
MAX_ORDER_KEY = 128
MAX_PART = 32
MAX_VALUE = 10**14  # SQLite rounds to 15 digits, and could not read back what that makes of more
MAX_PROOF = 64
MAX_NOTES = 10_000  # all that can be said of a customer is shorter, and comes first
SHADOW = "shadow"


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
    row = _row_of(event, kept, pixel, consent, order_key, part, source)
    reason = refusal(event, consent) or _not_shared(event, kept, order_key)
    if reason:
        return Judged(row, reason)
    if not kept.is_enough:
        return Judged(_without_enough(row), "", kept.left_out)
    if conf.SHADOW:
        return Judged(_in_shadow(row), "", kept.left_out)
    row.due_at = later(delay)
    return Judged(row, "", kept.left_out)


def minimised(event: Event, pixel: str) -> Minimised:
    """The event as this pixel may have it."""
    return minimisation.minimised(event, pixel_settings(pixel))


def contents_of(event: Event, pixel: str = "default") -> dict[str, Any]:
    """The columns of a row that follow from its event: what is rewritten when an order's lines come later."""
    return columns_of(event, minimised(event, pixel))


def columns_of(event: Event, kept: Minimised) -> dict[str, Any]:
    """The same where it is known what may leave. By its keys the person is found again, whatever that is."""
    data = event.user_data
    keys = kept.event.user_data.keys
    value = event.custom_data.value
    click = kept.event.user_data.fbc
    odd = normalization.click_remarks(click, event.event_source_url, event.event_time)
    changed = readiness.CHANGED_CLICK if normalization.CHANGED_CLICK in odd else 0
    if value is not None and value >= MAX_VALUE:
        raise InvalidEvent("value", "more than the outbox can hold")
    return {
        "payload": _payload(kept.event),
        "value": value,
        "currency": event.custom_data.currency,
        "match_keys": " ".join(keys),
        "match_score": readiness.score(keys),
        "key_bits": readiness.bits_of(keys),
        "refused_bits": readiness.refused_bits(data.notes, data.keys) | changed,
        "campaign": normalization.campaign(kept.event.event_source_url),
        "click_days": normalization.click_days(click, event.event_time),
        "notes": "; ".join([*data.notes, *odd, *[each.note for each in kept.left_out]])[:MAX_NOTES],
        "visitor_key": identity_key("fbp", data.fbp),
        "email_key": identity_key("em", data.em[0] if data.em else ""),
        "phone_key": identity_key("ph", data.ph[0] if data.ph else ""),
        "external_key": identity_key("external_id", data.external_id[0] if data.external_id else ""),
    }


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


def _payload(event: Event) -> str:
    text = event.as_json()
    if len(text.encode()) > conf.EVENT_BYTES:
        raise InvalidEvent("payload", f"more than EVENT_BYTES ({conf.EVENT_BYTES})")
    return text


def not_in_the_future(event: Event) -> Event:
    """A clock that runs ahead would get the whole batch refused."""
    now = timezone.now()
    return replace(event, event_time=now) if event.event_time > now else event


def row_of(event: Event, pixel: str, consent: Consent, order_key: str | None, part: str, source: str) -> OutboxEvent:
    """The event's row, whatever becomes of it."""
    return _row_of(event, minimised(event, pixel), pixel, consent, order_key, part, source)


def _row_of(
    event: Event, kept: Minimised, pixel: str, consent: Consent, order_key: str | None, part: str, source: str
) -> OutboxEvent:
    fitting("order_key", order_key or "", MAX_ORDER_KEY)
    fitting("part", part, MAX_PART)
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
        **proof(consent),
        **columns_of(event, kept),
    )


def fitting(name: str, value: str, limit: int) -> str:
    """Refused here, or the database refuses it inside the shop's transaction, or a lenient one cuts it."""
    if not isinstance(value, str) or len(value) > limit or not value.isprintable():
        raise InvalidEvent(name, f"must be printable and at most {limit} characters long")
    return value


def proof(consent: Consent) -> dict[str, Any]:
    return {
        "consent_state": consent.state,
        "consent_policy": consent.policy[:MAX_PROOF],
        "consent_source": consent.source[:MAX_PROOF],
        "consent_at": consent.at,
    }


def without_the_person(row: OutboxEvent, reason: str) -> OutboxEvent:
    """Keeps one key of the person, so that a refusal is found again, and nothing else."""
    row.status, row.reason, row.due_at = Status.SKIPPED, reason, None
    row.payload = row.match_keys = row.notes = row.campaign = ""
    row.visitor_key = row.phone_key = row.match_score = row.key_bits = row.refused_bits = row.click_days = None
    row.email_key = None if row.external_key else row.email_key
    row.settled_at = row.redacted_at = timezone.now()
    return row


def _without_enough(row: OutboxEvent) -> OutboxEvent:
    """Meta would refuse it. An order's customer may be saved after it, so its row stays open to its contents."""
    row.payload = "" if row.order_key or conf.SHADOW else row.payload
    return dead(row, "too_little_user_data")


def _in_shadow(row: OutboxEvent) -> OutboxEvent:
    """Closed before any worker sees it. Its columns stay, to be compared."""
    row.status, row.reason, row.payload = Status.SKIPPED, SHADOW, ""
    row.settled_at = row.redacted_at = timezone.now()
    return row


def dead(row: OutboxEvent, reason: str) -> OutboxEvent:
    # such a row may be mended when shadow mode is over: it must be known then
    row.lease_token = SHADOW if conf.SHADOW else ""
    row.status, row.reason, row.due_at, row.settled_at = Status.DEAD, reason, None, timezone.now()
    return row
