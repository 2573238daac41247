"""How an event becomes a row of the outbox: its columns."""

from typing import Any

from django.utils import timezone

from .. import normalization, readiness
from ..conf import conf
from ..conf import pixel as pixel_settings
from ..consent import Consent
from ..events import ActionSource, Event, StandardEvent
from ..exceptions import InvalidEvent
from ..keyed_hashes import identity_key
from ..minimisation import Minimised
from ..models import OutboxEvent, Priority, Source, Status, deadline, outbox_key
from ..models.states import SHADOW

SALES = frozenset({StandardEvent.PURCHASE, StandardEvent.SUBSCRIBE, StandardEvent.START_TRIAL, StandardEvent.LEAD})
SOURCES = frozenset(Source.values)  # Django makes that list anew each time
MAX_ORDER_KEY = 128
MAX_PART = 32
MAX_VALUE = 10**14  # SQLite rounds to 15 digits, and could not read back what that makes of more
MAX_PROOF = 64
MAX_REASON = 64
MAX_NOTES = 10_000  # all that can be said of a customer is shorter, and comes first


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


def _payload(event: Event) -> str:
    text = event.as_json()
    if len(text.encode()) > conf.EVENT_BYTES:
        raise InvalidEvent("payload", f"more than EVENT_BYTES ({conf.EVENT_BYTES})")
    return text


def row_as_kept(
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


def dead(row: OutboxEvent, reason: str) -> OutboxEvent:
    # such a row may be mended when shadow mode is over: it must be known then
    row.lease_token = SHADOW if conf.SHADOW else ""
    row.status, row.reason, row.due_at, row.settled_at = Status.DEAD, reason, None, timezone.now()
    return row
