"""What is to be said of one sale and its row. Pure: values in, a judgement out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from ..metrics import Fact
from ..models import DifferenceKind as Kind
from ..models import Status, deadline

TOLERANCE = Decimal("0.005")  # of what was told
BY_EXCLUSION = ("excluded", "staff", "bot", "sensitive_page", "minor")


class Outcome(StrEnum):
    """What became of a sale: as the dashboard counts it."""

    SENT = "sent"
    WAITING = "waiting"
    WITHHELD = "withheld"
    LOST = "lost"
    BROWSER_ONLY = "browser_only"
    UNKNOWN = "unknown"


class Place(NamedTuple):
    """Of which the outbox has one."""

    order_key: str
    pixel: str
    event_name: str
    part: str


class Told(NamedTuple):
    """What the outbox says of a sale. ``is_open``: dead, because it could not be built, and so it can be built anew."""

    order_key: str
    pixel: str
    event_name: str
    part: str
    status: str
    reason: str
    value: Decimal | None
    refunded: Decimal | None
    currency: str
    event_time: datetime
    deadline_at: datetime
    browser_at: datetime | None
    is_open: bool

    @property
    def place(self) -> Place:
        return Place(self.order_key, self.pixel, self.event_name, self.part)

    @property
    def state(self) -> str:
        return f"{self.status}: {self.reason}" if self.reason else self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One sale, compared. ``kind`` is None where orders and outbox agree; ``outcome`` is None of what is no sale.

    ``value`` and ``currency`` are the order's, None and "" where they can't be read; ``told`` is the outbox's row.
    ``mended``: what the sale is now, in the outbox's words, if that is news.
    """

    place: Place
    outcome: Outcome | None
    kind: Kind | None
    when: datetime | None
    value: Decimal | None = None
    currency: str = ""
    told: Told | None = None
    reason: str = ""
    mended: str = ""

    @property
    def is_unmended(self) -> bool:
        return self.kind is not None and not self.mended


def without_row(when: datetime | None, action_source: str, now: datetime) -> tuple[Outcome, Kind]:
    """Of a sale that the outbox does not know."""
    if when is None:
        return Outcome.UNKNOWN, Kind.UNDATED
    too_late = deadline(when, action_source) <= now
    return Outcome.LOST, Kind.MISSED if too_late else Kind.NEVER_RECORDED


def of_row(told: Told, value: Decimal | None, currency: str, now: datetime) -> tuple[Outcome, Kind | None]:
    """Of a sale that the outbox knows."""
    if told.status == Status.SENT:
        return Outcome.SENT, Kind.DRIFT if drifted(told, value, currency) else None
    if told.status in {Status.PENDING, Status.HELD} and told.deadline_at <= now:  # the next sweep closes it
        return (Outcome.BROWSER_ONLY, Kind.WINDOW_CLOSED) if told.browser_at else (Outcome.LOST, Kind.EXPIRED)
    outcome = outcome_of(told)
    if outcome == Outcome.WAITING and told.status != Status.HELD:
        return outcome, Kind.DRIFT if drifted(told, value, currency) else None
    return outcome, _kind(told, outcome)


def outcome_of(told: Told) -> Outcome:
    """By the dashboard's own words."""
    fact = Fact(event_name=told.event_name, slot=0, status=told.status, reason=told.reason)
    if fact.is_sent:
        return Outcome.SENT
    if fact.is_waiting:
        return Outcome.WAITING
    if fact.is_lost:
        return Outcome.LOST
    return Outcome.BROWSER_ONLY if fact.is_browser_only_by_time else Outcome.WITHHELD


def drifted(told: Told, value: Decimal | None, currency: str) -> bool:
    """Whether the order is worth something else by now than what was, or will be, told."""
    if value is None or told.value is None:
        return value is not told.value
    known = (told.value, told.value - (told.refunded or 0))  # some shops take what they give back off the total
    return currency != told.currency or all(abs(value - each) > TOLERANCE * abs(told.value) for each in known)


def _kind(told: Told, outcome: Outcome) -> Kind:
    if told.status in _BY_STATUS:
        return _BY_STATUS[told.status]
    if outcome in _BY_OUTCOME:
        return _BY_OUTCOME[outcome]
    if told.reason.startswith("consent_"):
        return Kind.CONSENT
    if told.reason.startswith(BY_EXCLUSION):
        return Kind.EXCLUDED
    return Kind.CANCELLED if told.status == Status.CANCELLED else Kind.SKIPPED


_BY_STATUS: Mapping[str, Kind] = {Status.HELD: Kind.HELD, Status.DEAD: Kind.DEAD, Status.EXPIRED: Kind.EXPIRED}
_BY_OUTCOME: Mapping[str, Kind] = {Outcome.LOST: Kind.MISSED, Outcome.BROWSER_ONLY: Kind.WINDOW_CLOSED}
