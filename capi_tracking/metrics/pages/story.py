"""One event's whole story: what happened when, what Meta got, and what would have matched better."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ... import readiness
from ...models import BrowserReceipt, BrowserState, DeliveryAttempt, OutboxEvent, Status
from ..counting.pairs import META_PAIRS_WITHIN, Pair
from ..keys import MatchKey, match_keys_of
from ..reasons import explain_status
from .masking import readable

MAX_RECEIPTS = 20
MAX_ATTEMPTS = 200


class Step(TextChoices):
    HAPPENED = "happened", _("It happened")
    RECORDED = "recorded", _("Recorded")
    ATTEMPT = "attempt", _("Attempt")
    SENT = "sent", _("Meta took it")
    SETTLED = "settled", _("Settled")
    SEEN = "seen", _("Browser receipt")
    PAIRED = "paired", _("Paired: Meta counts it once")
    REDACTED = "redacted", _("Customer data removed")
    LEASED = "leased", _("A worker has it until")
    DUE = "due", _("Next try")
    DEADLINE = "deadline", _("Last moment to send it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """``after``: the time since the event was recorded (negative before). ``ahead``: it is still to come."""

    step: Step
    at: datetime
    after: timedelta
    detail: str = ""
    trace_id: str = ""
    ahead: bool = False
    is_failure: bool = False

    @property
    def label(self) -> str:
        return str(self.step.label)

    @property
    def seconds(self) -> float:
        """``after`` in seconds, to a tenth."""
        return round(self.after.total_seconds(), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    explanation: str
    pair: Pair
    moments: tuple[Moment, ...]
    receipts: tuple[BrowserReceipt, ...]
    payload: str
    match_keys: tuple[MatchKey, ...]
    missing_keys: tuple[MatchKey, ...]
    refused_keys: tuple[MatchKey, ...]
    notes: tuple[str, ...]
    trace_id: str
    can_retry: bool
    can_cancel: bool


def story(event: OutboxEvent, now: datetime | None = None) -> Story:
    """Two queries beside the event's own."""
    now = now or timezone.now()
    receipts = tuple(_receipts(event))
    seen_at = _seen_at(event, receipts)
    keys = tuple(event.match_keys.split())
    return Story(
        explanation=explain_status(event.status, event.reason),
        pair=_pair(event, seen_at),
        moments=_in_order(event, [*_past(event, receipts, seen_at), *_ahead(event)], now),
        receipts=receipts,
        payload=readable(event.payload),
        match_keys=match_keys_of(keys),
        missing_keys=match_keys_of(readiness.missing(keys) if keys else ()),
        refused_keys=match_keys_of(readiness.keys_of(event.refused_bits or 0)),
        notes=tuple(note for note in event.notes.split("; ") if note),
        trace_id=event.last_attempt.trace_id if event.last_attempt else "",
        can_retry=_can_retry(event, now),
        can_cancel=event.status in {Status.PENDING, Status.HELD},
    )


def _can_retry(event: OutboxEvent, now: datetime) -> bool:
    waits = event.status in {Status.PENDING, Status.HELD, Status.DEAD}
    return waits and bool(event.payload) and event.deadline_at > now


def _receipts(event: OutboxEvent) -> Iterable[BrowserReceipt]:
    receipts = BrowserReceipt.objects.using(event._state.db).filter(key=event.key)
    return receipts.order_by("-state", "changed_at")[:MAX_RECEIPTS]


def _seen_at(event: OutboxEvent, receipts: Iterable[BrowserReceipt]) -> datetime | None:
    heard = [receipt.changed_at for receipt in receipts if receipt.state == BrowserState.HANDED_OVER]
    return min([*heard, *filter(None, [event.browser_at])], default=None)


def _pair(event: OutboxEvent, seen_at: datetime | None) -> Pair:
    if event.status != Status.SENT or event.sent_at is None:
        return Pair.BROWSER if seen_at else Pair.NEITHER
    if seen_at is None:
        return Pair.SERVER
    return Pair.BOTH if abs(event.sent_at - seen_at) <= META_PAIRS_WITHIN else Pair.LATE


def _attempts(event: OutboxEvent) -> list[DeliveryAttempt]:
    """The requests that the event was in: failed ones list their events, the last one is on the row."""
    mine = Q(pk=event.last_attempt_id)
    failed = DeliveryAttempt.objects.using(event._state.db).filter(
        pixel=event.pixel, started_at__gte=event.created_at, started_at__lte=event.settled_at or timezone.now()
    )
    failed = failed.exclude(mine).exclude(kind=DeliveryAttempt.Kind.DELIVERED).order_by("-started_at")
    named = [attempt for attempt in failed[:MAX_ATTEMPTS] if _names(attempt, event)]
    return [*([event.last_attempt] if event.last_attempt else []), *named]


def _names(attempt: DeliveryAttempt, event: OutboxEvent) -> bool:
    return isinstance(attempt.events, list) and (event.pk in attempt.events)


def _past(
    event: OutboxEvent, receipts: Iterable[BrowserReceipt], seen_at: datetime | None
) -> Iterator[tuple[Step, datetime, dict[str, Any]]]:
    yield Step.HAPPENED, event.event_time, {"detail": str(event.action_source)}
    yield Step.RECORDED, event.created_at, {"detail": event.get_source_display()}
    yield from (_attempt(attempt) for attempt in _attempts(event))
    yield from (_receipt(receipt) for receipt in receipts)
    if event.sent_at:
        yield Step.SENT, event.sent_at, {}
    elif event.settled_at:
        yield (
            Step.SETTLED,
            event.settled_at,
            {"detail": event.get_status_display(), "is_failure": event.status == "dead"},
        )
    if event.sent_at and seen_at and _pair(event, seen_at) == Pair.BOTH:
        yield Step.PAIRED, max(event.sent_at, seen_at), {}
    if event.redacted_at:
        yield Step.REDACTED, event.redacted_at, {}


def _ahead(event: OutboxEvent) -> Iterator[tuple[Step, datetime, dict[str, Any]]]:
    if event.is_settled:
        return
    if event.due_at:
        step = Step.LEASED if event.status == Status.LEASED else Step.DUE
        yield step, event.due_at, {"ahead": True}
    yield Step.DEADLINE, event.deadline_at, {"ahead": True}


def _attempt(attempt: DeliveryAttempt) -> tuple[Step, datetime, dict[str, Any]]:
    failed = attempt.kind != DeliveryAttempt.Kind.DELIVERED
    detail = _("%(outcome)s, %(size)s in the batch, %(ms)s ms") % {
        "outcome": _outcome(attempt),
        "size": attempt.batch_size,
        "ms": attempt.duration_ms,
    }
    return Step.ATTEMPT, attempt.started_at, {"detail": detail, "trace_id": attempt.trace_id, "is_failure": failed}


def _outcome(attempt: DeliveryAttempt) -> str:
    codes = [attempt.http_status, attempt.code, attempt.subcode]
    told = "/".join(str(code) for code in codes if code is not None)
    return f"{attempt.get_kind_display()} {told}".strip()


def _receipt(receipt: BrowserReceipt) -> tuple[Step, datetime, dict[str, Any]]:
    detail = " ".join(filter(None, [str(receipt.get_state_display()), receipt.detail]))
    return Step.SEEN, receipt.changed_at, {"detail": detail, "is_failure": receipt.state == BrowserState.BLOCKED}


def _in_order(
    event: OutboxEvent, steps: Iterable[tuple[Step, datetime, dict[str, Any]]], now: datetime
) -> tuple[Moment, ...]:
    moments = [Moment(step=step, at=at, after=at - event.created_at, **more) for step, at, more in steps]
    rank = list(Step).index
    return tuple(sorted(moments, key=lambda moment: (moment.ahead, moment.at, rank(moment.step))))
