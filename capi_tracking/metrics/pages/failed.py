"""Events that did not go, in groups that have one reason and one remedy."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Max, Min, Q, Sum, When

from ...models import OutboxEvent, Status
from ...models.verbs.byhand import MAY, ByHand
from ...models.verbs.outbox import OutboxQuerySet
from ..counting.facts import TOO_OLD, is_order
from ..reasons import explain_status
from ..values import Money, money
from ..window import Window
from .advice import advise, verbs_for

MOST_GROUPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """``count`` events of one pixel, name, status and reason. ``able``: those that would go if they were tried again.

    ``deadline_at``: until when, for the first of them. ``money`` is of sales alone.
    """

    pixel: str
    event_name: str
    status: str
    reason: str
    count: int
    able: int
    deadline_at: datetime | None
    last_at: datetime
    money: tuple[Money, ...]

    @property
    def label(self) -> str:
        return str(Status(self.status).label)

    @property
    def explanation(self) -> str:
        return explain_status(self.status, self.reason)

    @property
    def advice(self) -> str:
        return advise(self.status, self.reason)

    @property
    def verbs(self) -> tuple[ByHand, ...]:
        return verbs_for(self.status, self.reason) if self.able else ()


def failed(window: Window, *, using: str, pixel: str = "") -> tuple[Failed, ...]:
    """By what is at stake: what can still be helped first, then by number. One query, led by an index to unsent rows."""
    rows = _of_window(OutboxEvent.objects.using(using), window)
    rows = rows.filter(pixel=pixel) if pixel else rows
    able = Count("pk", filter=MAY[ByHand.RETRY])
    worth = Case(When(is_order(), then=F("value")), output_field=DecimalField(max_digits=19, decimal_places=4))
    groups = (
        rows.order_by()
        .values("pixel", "event_name", "status", "reason", "currency")
        .annotate(
            count=Count("pk"),
            able=able,
            deadline_at=Min("deadline_at", filter=MAY[ByHand.RETRY]),
            last_at=Max("event_time"),
            worth=Sum(worth),
        )
        .order_by("-able", "-count")
    )
    return _joined(groups[:MOST_GROUPS])


def of_group(window: Window, *, using: str, pixel: str, event_name: str, status: str, reason: str) -> OutboxQuerySet:
    """The rows of one of these groups."""
    rows = _of_window(OutboxEvent.objects.using(using), window)
    return rows.filter(set_apart=status, pixel=pixel, event_name=event_name, status=status, reason=reason)


def _of_window(rows: OutboxQuerySet, window: Window) -> OutboxQuerySet:
    """Held, dead, expired, and what came too late to be recorded for sending."""
    too_late = Q(set_apart=Status.SKIPPED, reason=TOO_OLD)
    apart = Q(set_apart__in=(Status.HELD, Status.DEAD, Status.EXPIRED)) | too_late
    # no deadline is before its event, and it is in the index
    return rows.filter(apart, deadline_at__gte=window.start, event_time__gte=window.start, event_time__lt=window.end)


def _joined(groups: Iterable[Any]) -> tuple[Failed, ...]:
    """One group for all its currencies."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for group in groups:
        found[group["pixel"], group["event_name"], group["status"], group["reason"]].append(group)
    return tuple(_failed(parts) for parts in found.values())


def _failed(parts: list[dict[str, Any]]) -> Failed:
    first = parts[0]
    return Failed(
        **{name: first[name] for name in ("pixel", "event_name", "status", "reason")},
        count=sum(part["count"] for part in parts),
        able=sum(part["able"] for part in parts),
        deadline_at=min((part["deadline_at"] for part in parts if part["deadline_at"]), default=None),
        last_at=max(part["last_at"] for part in parts),
        money=money((part["currency"], part["worth"]) for part in parts),
    )
