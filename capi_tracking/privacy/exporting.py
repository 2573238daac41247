"""What is kept of somebody, as they may ask to see it, and what Meta was told."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from ..conf import conf
from ..models import BrowserReceipt, CheckoutContext, OutboxEvent, Status
from ..models.database.parts import in_parts
from .persons import Person, browsers_of, contexts_of, events_of, named, receipts_of, seen_in

AT_A_TIME = 500
REACHED_META = (Status.SENT, Status.LEASED)  # what is under way may have

EVENT = {
    "event": "event_name",
    "event_id": "event_id",
    "time": "event_time",
    "pixel": "pixel",
    "recorded": "created_at",
    "status": "status",
    "reason": "reason",
    "sent": "sent_at",
    "trace_id": "last_attempt__trace_id",
    "value": "value",
    "currency": "currency",
    "refunded": "refunded",
    "order": "order_key",
    "fields": "match_keys",
    "campaign": "campaign",
    "days_since_click": "click_days",
    "consent": "consent_state",
    "consent_policy": "consent_policy",
    "consent_source": "consent_source",
    "consent_given": "consent_at",
}
CONTEXT = (
    "key",
    "fbp",
    "fbc",
    "client_ip",
    "user_agent",
    "url",
    "referrer",
    "consent_state",
    "consent_policy",
    "consent_source",
    "consent_at",
    "created_at",
)
RECEIPT = ("event_name", "event_id", "pixel", "state", "detail", "created_at", "changed_at")


class Told(NamedTuple):
    """One event that Meta has, or may have if it is still ``leased``."""

    event_name: str
    event_id: str
    event_time: datetime
    pixel_id: str
    status: str
    sent_at: datetime | None
    trace_id: str


def told(person: Person, *, using: str) -> Iterator[Told]:
    """What Meta got of this person from the server, and the ids by which it can be asked for."""
    columns = ("event_name", "event_id", "event_time", "pixel", "status", "sent_at", "last_attempt__trace_id")
    for rows in events_of(person, browsers_of(person, using), using):
        sent = rows.filter(status__in=REACHED_META).order_by("event_time", "pk").values_list(*columns)
        for name, event_id, at, alias, status, sent_at, trace_id in sent.iterator(AT_A_TIME):
            yield Told(name, event_id, at, _id_of(alias), status, sent_at, trace_id or "")


def export(person: Person, *, using: str, most: int | None = None) -> dict[str, Any]:
    """All that this database holds of the person, in values that JSON knows; at most so many of each kind.

    Of events that only a browser leads to, name, time and status alone: others may have used it.
    """
    browsers = browsers_of(person, using)
    mine = _events_as_told(named(person, using), most)
    seen = [_short(row) for part in in_parts(browsers) for row in _events_as_told(seen_in(part, using), most)]
    contexts = {row["key"]: row for some in contexts_of(person, browsers, using) for row in _plain(some, CONTEXT, most)}
    receipts = [row for part in in_parts(browsers) for row in _receipts(receipts_of(person, part, using), most)]
    return {
        "made": _as_json(timezone.now()),
        "found_by": person.kinds,
        "events": mine,
        "events_of_browsers": seen[:most],
        "checkouts": list(contexts.values())[:most],
        "browser_copies": receipts[:most],
    }


def _events_as_told(rows: QuerySet[OutboxEvent], most: int | None) -> list[dict[str, Any]]:
    newest = rows.order_by("-event_time", "-pk").values_list(*EVENT.values(), "payload")
    return [_event(row) for row in islice(newest.iterator(AT_A_TIME), most)]


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    told = {name: _as_json(value) for name, value in zip(EVENT, row, strict=False)}
    told["pixel"], told["fields"] = _id_of(told["pixel"]), told["fields"].split()
    told["payload"] = json.loads(row[-1]) if row[-1] else None
    return told


def _short(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: event[name] for name in ("event", "event_id", "time", "status", "sent", "trace_id")}


def _receipts(rows: QuerySet[BrowserReceipt], most: int | None) -> Iterator[dict[str, Any]]:
    for row in _plain(rows, RECEIPT, most):
        yield row | {"state": BrowserReceipt.State(row["state"]).name.lower(), "pixel": _id_of(row["pixel"])}


def _plain(
    rows: "QuerySet[CheckoutContext] | QuerySet[BrowserReceipt]", columns: tuple[str, ...], most: int | None
) -> Iterator[dict[str, Any]]:
    for row in islice(rows.order_by("pk").values(*columns).iterator(AT_A_TIME), most):
        yield {name: _as_json(value) for name, value in row.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _id_of(alias: str) -> str:
    """The pixel as Meta knows it; one that is gone from the settings by its alias."""
    return str(conf.PIXELS.get(alias, {}).get("PIXEL_ID", "")) or alias
