"""What is shown to somebody of what Meta was told: a bounded number of events, the newest first."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ..conf import conf
from ..models.states import UNSETTLED
from .persons import Person, own_events

MOST_DECISIONS = 20


class Shown(NamedTuple):
    """One event. Of one that a browser alone leads to, neither what was told nor for how much."""

    name: str
    at: datetime
    sent_at: datetime | None
    waits: bool
    value: Decimal | None
    currency: str
    fields: list[str]


class Decision(NamedTuple):
    """What was answered, to which policy, as the events prove."""

    at: datetime | None
    state: str
    policy: str


class History(NamedTuple):
    """``is_cut``: there is more than was asked for."""

    events: list[Shown]
    decisions: list[Decision]
    is_cut: bool


COLUMNS = (
    "event_name", "event_time", "sent_at", "status", "value", "currency", "match_keys",
    "email_key", "phone_key", "external_key",
    "consent_at", "consent_state", "consent_policy",
)  # fmt: skip
PROOF = 10  # where those begin


def history(person: Person, *, most: int) -> History:
    """The newest events of this person, in all outboxes, and the decisions under which they were recorded."""
    rows = [row for using in conf.OUTBOX_DATABASES for row in _rows(person, using, most + 1)]
    rows.sort(key=lambda row: row[1], reverse=True)
    return History([_shown(row) for row in rows[:most]], _decisions(rows[:most]), len(rows) > most)


def _decisions(rows: list[tuple]) -> list[Decision]:  # type: ignore[type-arg]
    """The latest first; what only says again what was said before is left out."""
    told = sorted({Decision(*row[PROOF:]) for row in rows}, key=lambda each: each.at.timestamp() if each.at else 0)
    changes = [one for one, before in zip(told, [None, *told], strict=False) if not before or one[1:] != before[1:]]
    return changes[::-1][:MOST_DECISIONS]


def _rows(person: Person, using: str, most: int) -> list[tuple]:  # type: ignore[type-arg]
    return list(own_events(person, using).order_by("-event_time", "-pk").values_list(*COLUMNS)[:most])


def _shown(row: tuple) -> Shown:  # type: ignore[type-arg]
    name, at, sent_at, status, value, currency, fields, *keys = row[:PROOF]
    if not any(keys):
        value, currency, fields = None, "", ""
    return Shown(name, at, sent_at, status in UNSETTLED, value, currency, fields.split())
